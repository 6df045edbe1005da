// Package chains finds out which certificates of a document are trusted: whose
// chain ends in one of the roots that the administrator trusts.
//
// It searches for chains itself, since crypto/x509 refuses certificates and
// algorithms that Windows takes. It verifies nothing itself: what crypto/x509
// cannot verify leaves the trust unknown, with the reason.
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
	"github.com/transportcert/transportcert/internal/printable"
)

// maxRoots is the largest file of roots that is read, in bytes.
const maxRoots = 16 << 20

// Gatherer sets trust on every certificate of the document from the chains that
// its DER allows. It runs after those that gather certificates and replaces what
// they say of the chain; whether a certificate is revoked stays as they say,
// since nothing is asked of the network.
//
// The certificates of the document serve as intermediates. A chain holds the
// signatures (SHA-1 included, since Windows takes it from a company's own CA;
// MD5 not), basic constraints, path lengths, key usage, name and policy
// constraints, and no critical extension that is not known (RFC 5280, 6.1). Its
// window is the intersection of all validity periods, the root's included, and
// does not depend on the present: an expired chain is trusted, with its window
// in the past.
//
// Where no chain is found, and one could exist that cannot be verified here, the
// trust is unknown, with the reason in its error.
type Gatherer struct {
	Roots  [][]byte // DER, from ReadRoots; one that is not self-issued serves as an intermediate
	System bool     // trust the machine's own roots too
	Report gather.Report
}

// ReadRoots reads the certificates of a PEM file of a file system, in DER; nil
// stands for the system's own. An error names the file and the number of the
// block; a file without certificates is one.
func ReadRoots(system fs.FS, path string) ([][]byte, error) {
	data, err := files.ReadFrom(system, path, maxRoots)
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
	blocks, err := files.PEM(data)
	if err != nil {
		return nil, err
	}
	if len(blocks) == 0 {
		return nil, errors.New("expected PEM certificates (-----BEGIN CERTIFICATE-----), found none; certutil -encode makes them of a DER file")
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

// GatherBeside is Gather for certificates that come to those of another document,
// which serve as intermediates and about which nothing is reported.
func (g Gatherer) GatherBeside(ctx context.Context, doc, other *gather.Document) error {
	g.Report = nil
	all := &gather.Document{Certificates: slices.Concat(doc.Certificates, other.Certificates)}
	if err := g.Gather(ctx, all); err != nil {
		return err
	}
	copy(doc.Certificates, all.Certificates)
	return nil
}

// Gather implements gather.Gatherer. It fails where there is nothing to trust.
func (g Gatherer) Gather(ctx context.Context, doc *gather.Document) error {
	if len(g.Roots) == 0 && !g.System {
		return errors.New("building chains: no roots are given")
	}
	s := newSearch()
	for i, der := range g.Roots { // first, so that the search meets them first
		c, err := s.add(der)
		if err != nil {
			return fmt.Errorf("root %d: %w", i+1, err)
		}
		if s.roots[c] = c.SelfIssued(); !s.roots[c] {
			g.report("root %s is issued by %s: it is used as an intermediate", c.Subject, c.Issuer)
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
			g.report("certificate %s keeps its trust (%s): %v", facts.Thumbprint, facts.Trust.Chain, err)
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
			g.report("certificate %s: whether it is trusted is unknown: %s", facts.Thumbprint, facts.Trust.Error)
		}
	}
	return nil
}

func (g Gatherer) report(format string, args ...any) { // names in it are those of certificates
	if g.Report != nil {
		g.Report(printable.Message(printable.Line(fmt.Sprintf(format, args...))))
	}
}
