package gather

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/internal/printable"
)

// The bounds of the search for chains.
const (
	maxChain   = 8        // certificates in a chain, leaf and root included
	maxSteps   = 1000     // issuers tried for one certificate
	maxMoments = 64       // times at which the machine's roots are asked about one certificate
	maxReasons = 3        // reasons given why a certificate is not trusted
	maxRoots   = 16 << 20 // bytes in a file of roots
)

// Chains is a Gatherer that sets trust on every certificate of the document
// from the chains that its DER allows. It runs after those that gather
// certificates and replaces what they say of the chain; whether a certificate
// is revoked stays as they say, since nothing is asked of the network.
//
// The certificates of the document serve as intermediates. A chain holds the
// signatures (SHA-1 included, since Windows takes it from a company's own CA;
// MD5 not), basic constraints, path lengths and key usage (RFC 5280, 6.1). Its
// window is the intersection of all validity periods, the root's included, and
// does not depend on the present: an expired chain is trusted, with its window
// in the past. Name constraints and policies count for the machine's roots only.
type Chains struct {
	Roots  [][]byte // DER, from ReadRoots; one that is not self-issued serves as an intermediate
	System bool     // trust the machine's own roots too
	Report Report   // may be nil
}

// ReadRoots reads the certificates of a PEM file, in DER. An error names the
// file and the number of the block; a file without certificates is one.
func ReadRoots(path string) ([][]byte, error) {
	data, err := readFile(path, maxRoots)
	if err != nil {
		return nil, err
	}
	roots, err := parseRoots(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return roots, nil
}

func parseRoots(data []byte) ([][]byte, error) {
	const begin = "-----BEGIN "
	blocks := strings.Split(string(data), begin)[1:]
	if len(blocks) == 0 {
		return nil, errors.New("expected PEM certificates (-----BEGIN CERTIFICATE-----), found none; certutil -encode makes them of a DER file")
	}
	var roots [][]byte
	for i, text := range blocks {
		// One at a time, since package pem skips what it cannot read.
		block, _ := pem.Decode([]byte(begin + text))
		if block == nil {
			return nil, fmt.Errorf("block %d: damaged PEM: expected base64 and an END line that fits", i+1)
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("block %d: expected a CERTIFICATE, found %q", i+1, cut(block.Type))
		}
		c, err := parse(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("block %d: %w", i+1, err)
		}
		roots = append(roots, c.der)
	}
	return roots, nil
}

// Gather implements Gatherer. It fails where there is nothing to trust.
func (ch Chains) Gather(ctx context.Context, doc *Document) error {
	if len(ch.Roots) == 0 && !ch.System {
		return errors.New("building chains: no roots are given")
	}
	report := func(format string, args ...any) { // names in it are those of certificates
		if ch.Report != nil {
			ch.Report(printable.Message(fmt.Sprintf(format, args...)))
		}
	}
	s := search{issuers: map[string][]*parsed{}, roots: map[*parsed]bool{}, signatures: map[[2]*parsed]error{}}
	byDER := map[string]*parsed{}
	add := func(der []byte) (*parsed, error) {
		c, err := parse(der)
		if err != nil {
			return nil, err
		}
		if known := byDER[string(c.der)]; known != nil {
			return known, nil
		}
		byDER[string(c.der)] = c
		s.issuers[string(c.subject)] = append(s.issuers[string(c.subject)], c)
		return c, nil
	}
	for i, der := range ch.Roots { // first, so that the search meets them first
		c, err := add(der)
		if err != nil {
			return fmt.Errorf("root %d: %w", i+1, err)
		}
		if s.roots[c] = c.selfIssued(); !s.roots[c] {
			report("root %s is issued by %s: it serves as an intermediate", c.subjectName, c.issuerName)
		}
	}
	leaves := make([]*parsed, len(doc.Certificates))
	for i, facts := range doc.Certificates {
		var err error
		if len(facts.DER) == 0 {
			err = errors.New("it has no der")
		} else {
			leaves[i], err = add(facts.DER)
		}
		if err != nil {
			report("certificate %s keeps its trust (%s): %v", facts.Thumbprint, facts.Trust.Chain, err)
		}
	}
	var system *systemRoots
	if ch.System {
		var err error
		if system, err = newSystemRoots(byDER); err != nil {
			return fmt.Errorf("reading the machine's roots: %w", err)
		}
	}
	for i, leaf := range leaves {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("building chains: %w", err)
		}
		if leaf == nil {
			continue
		}
		s.found, s.reasons, s.steps = nil, nil, 0
		s.climb([]*parsed{leaf}, leaf.valid)
		if s.steps > maxSteps {
			report("certificate %s: the search for chains ended after %d issuers", doc.Certificates[i].Thumbprint, maxSteps)
		}
		if system != nil {
			s.ask(system, leaf)
		}
		s.settle(&doc.Certificates[i].Trust)
	}
	return nil
}

func (c *parsed) selfIssued() bool { return bytes.Equal(c.issuer, c.subject) }

// A search looks for the chains of one certificate after the other.
type search struct {
	issuers    map[string][]*parsed // by subject
	roots      map[*parsed]bool
	signatures map[[2]*parsed]error // what verify said of a certificate and its issuer
	found      []window
	reasons    []string // why no chain came of it
	steps      int
}

func (s *search) fail(format string, args ...any) {
	if reason := printable.Message(fmt.Sprintf(format, args...)); !slices.Contains(s.reasons, reason) {
		s.reasons = append(s.reasons, reason)
	}
}

// climb follows every way from the end of the chain to a root. valid is the
// intersection of the chain's validity periods.
func (s *search) climb(chain []*parsed, valid window) {
	last := chain[len(chain)-1]
	switch {
	case valid.until.Before(valid.from):
		var names []string
		for _, c := range chain {
			names = append(names, c.subjectName)
		}
		s.fail("the validity periods of %s have no moment in common", strings.Join(names, " < "))
		return
	case s.roots[last]:
		s.found = append(s.found, valid)
		return
	case len(chain) == maxChain:
		s.fail("the chain to %s has %d certificates and no root yet", last.subjectName, maxChain)
		return
	}
	known := false
	for _, issuer := range s.issuers[string(last.issuer)] {
		if slices.Contains(chain, issuer) {
			continue
		}
		known = true
		if s.steps++; s.steps > maxSteps {
			s.fail("the search ended after %d issuers", maxSteps)
			return
		}
		if err := s.mayIssue(issuer, chain); err != nil {
			s.fail("%s cannot have issued %s: %v", issuer.subjectName, last.subjectName, err)
			continue
		}
		s.climb(append(slices.Clip(chain), issuer), valid.and(issuer.valid))
	}
	switch {
	case known:
	case last.selfIssued():
		s.fail("%s issued itself and is not among the roots", last.subjectName)
	default:
		s.fail("no certificate for the issuer %s among the roots and intermediates", last.issuerName)
	}
}

// mayIssue says why issuer may not follow the chain, if so.
func (s *search) mayIssue(issuer *parsed, chain []*parsed) error {
	last := chain[len(chain)-1]
	below := 0 // CA certificates under the issuer; those that issued themselves do not count
	for _, c := range chain[1:] {
		if !c.selfIssued() {
			below++
		}
	}
	switch {
	case !issuer.isCA && (issuer.version >= 3 || !s.roots[issuer]): // a root of version 1 cannot say that it is one
		return errors.New("it is not a CA")
	case issuer.noCertSign:
		return errors.New("its key usage does not allow it")
	case issuer.maxPath >= 0 && below > issuer.maxPath:
		return fmt.Errorf("its path length is %d", issuer.maxPath)
	case strings.HasPrefix(last.algorithm.name, "MD5-"):
		return errors.New("anybody can forge a signature with MD5")
	}
	pair := [2]*parsed{last, issuer}
	err, checked := s.signatures[pair]
	if !checked {
		err = last.verify(issuer)
		s.signatures[pair] = err
	}
	return err
}

func (w window) and(other window) window {
	if other.from.After(w.from) {
		w.from = other.from
	}
	if other.until.Before(w.until) {
		w.until = other.until
	}
	return w
}

// settle writes what was found. A document has room for one window. That of
// the best chain is the one that ends last, since it matters most whether the
// certificate is valid from now on, and of those the one that begins first.
func (s *search) settle(trust *Trust) {
	before := *trust
	*trust = Trust{Chain: ChainUntrusted, Revoked: before.Revoked}
	if len(s.found) > 0 {
		best := slices.MaxFunc(s.found, func(a, b window) int {
			if order := a.until.Compare(b.until); order != 0 {
				return order
			}
			return b.from.Compare(a.from)
		})
		from, until := best.from.Format(TimeFormat), best.until.Format(TimeFormat)
		trust.Chain, trust.ValidFrom, trust.ValidUntil = ChainTrusted, &from, &until
	} else {
		trust.Error = strings.Join(s.reasons[:min(len(s.reasons), maxReasons)], "; ")
	}
	if before.Revoked != nil && *before.Revoked && before.Error != "" {
		trust.Error = strings.TrimPrefix(trust.Error+"; revoked, says the source: "+before.Error, "; ")
	}
}

// systemRoots are the machine's own roots. Nothing lists them: they can only
// be asked whether a chain is valid at a moment.
type systemRoots struct {
	roots, intermediates *x509.CertPool
	moments              []time.Time // at which a CA's validity begins or ends
}

func newSystemRoots(known map[string]*parsed) (*systemRoots, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	system := &systemRoots{roots: roots, intermediates: x509.NewCertPool()}
	for _, c := range known {
		if cert, err := x509.ParseCertificate(c.der); err == nil && cert.IsCA {
			system.intermediates.AddCert(cert)
			system.moments = append(system.moments, c.valid.from, c.valid.until)
		}
	}
	slices.SortFunc(system.moments, time.Time.Compare)
	return system, nil
}

// ask adds the windows of the chains to the machine's roots. They are looked
// for at the ends of the validity periods, since one of these lies in every
// window but that of a root whose period lies within all others.
func (s *search) ask(system *systemRoots, leaf *parsed) {
	cert, err := x509.ParseCertificate(leaf.der)
	if err != nil {
		s.fail("the machine's roots cannot be asked: %v", err)
		return
	}
	moments := []time.Time{leaf.valid.until, leaf.valid.from}
	for _, t := range system.moments {
		if len(moments) > maxMoments {
			break // more are not asked about
		}
		if t.After(leaf.valid.from) && t.Before(leaf.valid.until) && !slices.ContainsFunc(moments, t.Equal) {
			moments = append(moments, t)
		}
	}
	for i, t := range moments {
		if i == maxMoments {
			s.fail("the machine's roots were asked about %d moments, of which there are more", i)
			break
		}
		chains, err := cert.Verify(x509.VerifyOptions{
			Roots: system.roots, Intermediates: system.intermediates, CurrentTime: t,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		if err != nil {
			s.fail("the machine's roots: %v", err)
		}
		for _, chain := range chains {
			valid := leaf.valid
			for _, c := range chain {
				valid = valid.and(window{c.NotBefore.UTC(), c.NotAfter.UTC()})
			}
			s.found = append(s.found, valid)
		}
	}
}
