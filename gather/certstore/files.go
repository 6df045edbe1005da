package certstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore/internal/pkcs12"
)

// servicesFile is the name of the file that says for which Exchange services
// the certificates next to it are enabled.
const servicesFile = "services.json"

// Files gathers certificates from files.
type Files struct {
	// Paths are files, or folders that are read with all their subfolders. A
	// symbolic link is followed if it leads to a file within the same path, but
	// not to a folder or out of the path.
	Paths []string

	// System is the file system that contains the paths; nil: the system's
	// files.
	System fs.FS

	// Password returns the password of a PKCS#12 file in UTF-8. It is called
	// once for each file that the empty password does not open. The returned
	// bytes are overwritten after use. Nil: there is no password to try.
	Password func(path string) ([]byte, error)

	// Services takes precedence over a services.json next to the files.
	Services Services

	// Limits restricts what the files may contain.
	Limits Limits

	// Work limits the total cost of several Files; nil: it limits only these.
	Work *Work

	// Report receives what was skipped, by file; nil: discarded.
	Report gather.Report
}

// Work counts the rounds of key derivation that a run may still use. It is not
// safe for concurrent use.
type Work struct{ rounds pkcs12.Rounds }

// NewWork returns the Work of a run.
func NewWork() *Work { return &Work{pkcs12.MaxRounds} }

// Gather replaces the document's certificates with those of the files, without
// duplicates, in the order in which they were found. It fails if a path cannot
// be read or contains no certificate, or if the given services or those in a
// services.json do not match the certificates. A file in a folder that is
// damaged or is not a certificate file is reported.
func (f Files) Gather(ctx context.Context, doc *gather.Document) error {
	f.Limits = f.Limits.WithDefaults()
	if f.Work == nil {
		f.Work = NewWork()
	}
	c := collection{files: f, known: map[string]int{}, keys: map[publicKey]string{}}
	var sources []string
	for _, path := range f.Paths {
		path = filepath.Clean(path)
		if err := c.gather(ctx, path); err != nil {
			return fmt.Errorf("certificate files: %w", err)
		}
		if source := "store:" + path; !slices.Contains(sources, source) {
			sources = append(sources, source)
		}
	}
	c.matchKeys()
	if err := c.setServices(); err != nil {
		return fmt.Errorf("certificate files: %w", err)
	}
	doc.Certificates = c.certificates
	doc.SetSource("certificates", strings.Join(sources, ", "))
	return nil
}

// A publicKey identifies a key pair: its public key in the encoding of RFC 5280.
type publicKey string

// contents is what one file contains.
type contents struct {
	entries []entry
	keys    []publicKey // of the private keys in the file
	notes   []string    // what was skipped
}

func (c *contents) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// An entry is a certificate and what the file says about it.
type entry struct {
	der           []byte
	hasPrivateKey *bool // nil: the file does not say
	friendlyName  string
}

// A collection gathers the contents of the files.
type collection struct {
	files        Files
	certificates []gather.Certificate
	publicKeys   []publicKey          // of certificates, by the same index; empty: unreadable
	known        map[string]int       // thumbprint to index
	keys         map[publicKey]string // private keys, and the file of each
	services     []servicesBeside
	skipped      int // objects of the files
}

// gather reads one of the paths.
func (c *collection) gather(ctx context.Context, path string) error {
	var failures []string
	files, found := 0, 0
	err := walk(ctx, c.files.System, path, c.files.Limits.Files, func(name string, data []byte, err error) error {
		if filepath.Base(name) == servicesFile {
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return c.addServices(name, data, false)
		}
		files++
		held := contents{}
		if err == nil {
			held, err = read(data, passwords{func() ([]byte, error) { return c.files.password(name) }, &c.files.Work.rounds})
			clear(data) // it may hold private keys
		}
		if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", name, err))
			return nil
		}
		c.skipped += len(held.notes)
		if err := c.within(path); err != nil {
			return err
		}
		for _, note := range held.notes {
			c.files.Report.Sentence("%s: %s", name, note)
		}
		for _, key := range held.keys {
			c.keys[key] = name
		}
		for i, e := range held.entries {
			if err := c.add(name, e); err != nil {
				failures = append(failures, fmt.Sprintf("%s: certificate %d of %d: %v", name, i+1, len(held.entries), err))
				c.skipped++
			} else {
				found++
			}
			if err := c.within(path); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if found == 0 {
		return noCertificate(path, files, failures)
	}
	for _, failure := range failures {
		c.files.Report.Sentence("skipped %s", failure)
	}
	return c.besideFile(path)
}

// within returns an error if more than the limit was read. Skipped objects
// count, because a small file can contain a million objects that are not
// certificates.
func (c *collection) within(path string) error {
	if most := c.files.Limits.Certificates; len(c.certificates)+c.skipped > most {
		return fmt.Errorf("%s: expected at most %d certificates, found more", path, most)
	}
	return nil
}

// noCertificate returns the error for a path without certificates.
func noCertificate(path string, files int, failures []string) error {
	const most = 20 // reasons, so that the error stays readable
	if files == 1 && len(failures) == 1 {
		return errors.New(failures[0])
	}
	text := fmt.Sprintf("%s: expected a certificate in PEM, DER, PKCS#7, PKCS#12 or a serialized store, found none in %d files", path, files)
	if len(failures) > most {
		failures = append(failures[:most:most], fmt.Sprintf("and %d more", len(failures)-most))
	}
	for _, failure := range failures {
		text += "\n  " + failure
	}
	return errors.New(text)
}

// add adds a certificate. If it is already known, its facts are merged: a
// private key or a friendly name in either place counts.
func (c *collection) add(name string, e entry) error {
	certificate, notes, err := gather.NewCertificate(e.der)
	if err != nil {
		return err
	}
	i, ok := c.known[certificate.Thumbprint]
	if !ok {
		for _, note := range notes {
			c.files.Report.Sentence("%s: certificate %s %s", name, certificate.Thumbprint, note)
		}
		i = len(c.certificates)
		c.known[certificate.Thumbprint] = i
		c.certificates = append(c.certificates, certificate)
		c.publicKeys = append(c.publicKeys, certificateKey(certificate.DER))
	}
	merged := &c.certificates[i]
	if e.hasPrivateKey != nil && (merged.HasPrivateKey == nil || *e.hasPrivateKey) {
		merged.HasPrivateKey = e.hasPrivateKey
	}
	switch {
	case merged.FriendlyName == "":
		merged.FriendlyName = e.friendlyName
	case e.friendlyName != "" && e.friendlyName != merged.FriendlyName:
		c.files.Report.Sentence("%s: certificate %s: ignored its friendly name %.60q, because another file has %.60q", name, merged.Thumbprint, e.friendlyName, merged.FriendlyName)
	}
	return nil
}

// matchKeys records which certificates the private keys of all files belong to.
func (c *collection) matchKeys() {
	matched := map[publicKey]bool{}
	for i, key := range c.publicKeys {
		if _, ok := c.keys[key]; ok {
			yes := true
			c.certificates[i].HasPrivateKey = &yes
			matched[key] = true
		}
	}
	var unmatched []string
	for key, name := range c.keys {
		if !matched[key] {
			unmatched = append(unmatched, name)
		}
	}
	slices.Sort(unmatched)
	for _, name := range unmatched {
		c.files.Report.Sentence("%s: skipped: a private key that matches no certificate", name)
	}
}

func (f Files) password(path string) ([]byte, error) {
	if f.Password == nil {
		return nil, errors.New("it is password-protected, and no password was given")
	}
	return f.Password(path)
}

// One returns the only certificate of a file, or the only one with its private
// key.
func One(certificates []gather.Certificate) (*gather.Certificate, error) {
	var with []*gather.Certificate
	for i, certificate := range certificates {
		if len(certificates) == 1 || certificate.HasPrivateKey != nil && *certificate.HasPrivateKey {
			with = append(with, &certificates[i])
		}
	}
	if len(with) != 1 {
		return nil, fmt.Errorf("expected one certificate, or one with its private key; found %d, %d with their private keys", len(certificates), len(with))
	}
	return with[0], nil
}
