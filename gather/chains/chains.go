// Package chains determines which certificates of a document are trusted: those
// whose chain ends in a root that the administrator trusts.
//
// It searches for chains itself, because crypto/x509 rejects certificates and
// algorithms that Windows accepts. It does not implement verification: if
// crypto/x509 cannot verify something, the trust is unknown, with the reason.
package chains

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/files"
)

// maxRoots limits the size of a file of roots, in bytes.
const maxRoots = 16 << 20

// Gatherer sets the trust of every certificate that has a DER from the chains
// that can be built for it. It runs after the gatherers of certificates and
// replaces what they report about the chain. Their revocation status stays,
// because nothing is queried over the network.
//
// The certificates of the document serve as intermediates. A chain must pass
// the checks of RFC 5280, 6.1: signatures (SHA-1 is accepted, because Windows
// accepts it from a company's own CA; MD5 is not), basic constraints, path
// lengths, key usage, name and policy constraints, and no unknown critical
// extension. Its window is the intersection of all validity periods, including
// the root's, and does not depend on the current time: an expired chain is
// trusted, with a window in the past.
//
// If no chain is found but one that cannot be verified may exist, the trust is
// unknown, and its error gives the reason.
type Gatherer struct {
	Roots  [][]byte // DER, from ReadRoots; any that is not self-issued serves as an intermediate
	System bool     // trust the machine's own roots too
	Report gather.Report
}

// ReadRoots reads the certificates of PEM files, in DER, from a file system;
// nil means the system's files. An error names the file and the number of the
// block. A file without certificates is an error.
func ReadRoots(system fs.FS, paths ...string) (all [][]byte, err error) {
	for _, path := range paths {
		data, err := files.ReadFrom(system, path, maxRoots)
		if err != nil {
			return nil, err
		}
		roots, err := parseRoots(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, roots...)
	}
	return all, nil
}

func parseRoots(data []byte) ([][]byte, error) {
	blocks, err := files.PEM(data)
	if err != nil {
		return nil, err
	}
	if len(blocks) == 0 {
		return nil, errors.New("expected PEM certificates (-----BEGIN CERTIFICATE-----), found none; convert a DER file with certutil -encode")
	}
	var roots [][]byte
	for i, block := range blocks {
		if block.Err != nil {
			return nil, fmt.Errorf("block %d: %w", i+1, block.Err)
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("block %d: expected a CERTIFICATE, found %.60q", i+1, block.Type)
		}
		c, err := certificate.Parse(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("block %d: %w", i+1, err)
		}
		roots = append(roots, c.DER)
	}
	return roots, nil
}

// GatherWith is like Gather, with the certificates of another document as
// additional intermediates. It reports nothing about those.
func (g Gatherer) GatherWith(ctx context.Context, doc, other *gather.Document) error {
	g.Report = nil
	all := &gather.Document{Certificates: slices.Concat(doc.Certificates, other.Certificates)}
	if err := g.Gather(ctx, all); err != nil {
		return err
	}
	copy(doc.Certificates, all.Certificates)
	return nil
}

// Gather sets the trust of the certificates. It fails if there are no roots.
func (g Gatherer) Gather(ctx context.Context, doc *gather.Document) error {
	if len(g.Roots) == 0 && !g.System {
		return errors.New("building chains: no roots given")
	}
	s := newSearch()
	for i, der := range g.Roots { // first, so that the search tries them first
		c, err := s.add(der)
		if err != nil {
			return fmt.Errorf("root %d: %w", i+1, err)
		}
		if s.roots[c] = c.SelfIssued(); !s.roots[c] {
			g.Report.Sentence("root %s was issued by %s, so it is used as an intermediate", c.Subject, c.Issuer)
		}
	}
	leaves := make([]*certificate.Certificate, len(doc.Certificates))
	for i, facts := range doc.Certificates {
		var err error
		if len(facts.DER) == 0 {
			err = errors.New("it has no der")
		} else {
			leaves[i], err = s.add(facts.DER)
		}
		if err != nil {
			g.Report.Sentence("certificate %s: trust not changed (%s): %v", facts.Thumbprint, facts.Trust.Chain, err)
		}
	}
	if g.System {
		if err := s.useSystemRoots(); err != nil {
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
		facts := &doc.Certificates[i]
		facts.Trust = s.trust(leaf, facts.Trust)
		if facts.Trust.Chain == gather.ChainUnknown {
			g.Report.Sentence("certificate %s: could not determine whether it is trusted: %s", facts.Thumbprint, facts.Trust.Error)
		}
	}
	return nil
}
