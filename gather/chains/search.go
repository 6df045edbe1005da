package chains

import (
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/printable"
)

// Limits of the search for chains.
const (
	maxChain   = 8    // certificates in a chain, leaf and root included
	maxSteps   = 1000 // issuers tried for one certificate
	maxReasons = 3    // reasons given why a certificate is not trusted
)

// A window is a period of time that includes both ends.
type window struct{ from, until time.Time }

func validity(c *certificate.Certificate) window { return window{c.NotBefore, c.NotAfter} }

func (w window) and(other window) window {
	if other.from.After(w.from) {
		w.from = other.from
	}
	if other.until.Before(w.until) {
		w.until = other.until
	}
	return w
}

// A search finds the chains of one certificate after another.
type search struct {
	known      map[string]*certificate.Certificate   // by DER
	issuers    map[string][]*certificate.Certificate // by subject
	roots      map[*certificate.Certificate]bool
	signatures map[[2]*certificate.Certificate]error // of a certificate and its issuer
	system     *systemRoots                          // nil: not trusted

	// About the current certificate.
	found  []window
	faults reasons // why a chain is not valid
	doubts reasons // why it is unknown whether a chain is valid
	steps  int
}

type reasons []string

func (r *reasons) add(format string, args ...any) {
	if reason := printable.Message(printable.Line(fmt.Sprintf(format, args...))); !slices.Contains(*r, reason) {
		*r = append(*r, reason)
	}
}

func (r reasons) String() string { return strings.Join(r[:min(len(r), maxReasons)], "; ") }

func newSearch() *search {
	return &search{
		known: map[string]*certificate.Certificate{}, issuers: map[string][]*certificate.Certificate{},
		roots: map[*certificate.Certificate]bool{}, signatures: map[[2]*certificate.Certificate]error{},
	}
}

func (s *search) add(der []byte) (*certificate.Certificate, error) {
	c, err := certificate.Parse(der)
	if err != nil {
		return nil, err
	}
	if known := s.known[string(c.DER)]; known != nil {
		return known, nil
	}
	s.known[string(c.DER)] = c
	s.issuers[string(c.RawSubject)] = append(s.issuers[string(c.RawSubject)], c)
	return c, nil
}

// trust returns the trust of a certificate according to its chains; before is
// the trust according to its source. A document has room for one window: that
// of the chain that ends last, because what matters most is whether the
// certificate is valid from now on. If several chains end then, it is the one
// that begins first.
func (s *search) trust(leaf *certificate.Certificate, before gather.Trust) gather.Trust {
	s.found, s.faults, s.doubts, s.steps = nil, nil, nil, 0
	s.climb([]*certificate.Certificate{leaf}, validity(leaf), nil)
	if s.system != nil {
		s.askSystem(leaf)
	}
	trust := gather.Trust{Revoked: before.Revoked}
	switch {
	case len(s.found) > 0:
		best := slices.MaxFunc(s.found, func(a, b window) int {
			if order := a.until.Compare(b.until); order != 0 {
				return order
			}
			return b.from.Compare(a.from)
		})
		from, until := best.from.Format(gather.TimeFormat), best.until.Format(gather.TimeFormat)
		trust.Chain, trust.ValidFrom, trust.ValidUntil = gather.ChainTrusted, &from, &until
	case len(s.doubts) > 0:
		trust.Chain, trust.Error = gather.ChainUnknown, s.doubts.String()
	default:
		trust.Chain, trust.Error = gather.ChainUntrusted, s.faults.String()
	}
	if before.Revoked != nil && *before.Revoked && before.Error != "" {
		trust.Error = strings.TrimPrefix(trust.Error+"; revoked according to the source: "+before.Error, "; ")
	}
	return trust
}

// climb follows every path from the end of the chain to a root. valid is the
// intersection of the chain's validity periods, and doubt says why the chain so
// far cannot be verified.
func (s *search) climb(chain []*certificate.Certificate, valid window, doubt reasons) {
	last := chain[len(chain)-1]
	switch {
	case valid.until.Before(valid.from):
		var names []string
		for _, c := range chain {
			names = append(names, c.Subject)
		}
		s.faults.add("the validity periods of %s do not overlap", strings.Join(names, " < "))
		return
	case s.roots[last]:
		s.complete(chain, valid, doubt)
		return
	case len(chain) == maxChain:
		s.doubts.add("the chain to %s has %d certificates and no root yet: longer chains are not searched", last.Subject, maxChain)
		return
	}
	known := false
	for _, issuer := range s.issuers[string(last.RawIssuer)] {
		if slices.Contains(chain, issuer) {
			continue
		}
		known = true
		if s.steps++; s.steps > maxSteps {
			s.doubts.add("the search stopped after trying %d issuers", maxSteps)
			return
		}
		if err := s.mayIssue(issuer, chain); err != nil {
			s.faults.add("%s cannot have issued %s: %v", issuer.Subject, last.Subject, err)
			continue
		}
		doubt := slices.Clip(doubt)
		if err := s.checkSignature(last, issuer); errors.Is(err, certificate.ErrSignature) {
			s.faults.add("%s cannot have issued %s: %v", issuer.Subject, last.Subject, err)
			continue
		} else if err != nil {
			doubt.add("the signature of %s by %s could not be verified: %v", last.Subject, issuer.Subject, err)
		}
		s.climb(append(slices.Clip(chain), issuer), valid.and(validity(issuer)), doubt)
	}
	switch {
	case known:
	case last.SelfIssued():
		s.faults.add("%s is self-issued and is not one of the roots", last.Subject)
	default:
		s.faults.add("no certificate for the issuer %s among the roots and intermediates", last.Issuer)
	}
}

// mayIssue returns why issuer cannot be the next certificate of the chain, or
// nil.
func (s *search) mayIssue(issuer *certificate.Certificate, chain []*certificate.Certificate) error {
	below := 0 // CA certificates below the issuer, except self-issued ones
	for _, c := range chain[1:] {
		if !c.SelfIssued() {
			below++
		}
	}
	switch {
	case !issuer.IsCA && (issuer.Version >= 3 || !s.roots[issuer]): // a version 1 root has no field that says it is a CA
		return errors.New("it is not a CA")
	case issuer.CannotSignCertificates:
		return errors.New("its key usage does not allow signing certificates")
	case issuer.MaxPathLen >= 0 && below > issuer.MaxPathLen:
		return fmt.Errorf("its path length constraint is %d", issuer.MaxPathLen)
	case strings.HasPrefix(chain[len(chain)-1].SignatureAlgorithm, "MD5-"):
		return errors.New("an MD5 signature can be forged")
	}
	return nil
}

func (s *search) checkSignature(c, issuer *certificate.Certificate) error {
	pair := [2]*certificate.Certificate{c, issuer}
	err, checked := s.signatures[pair]
	if !checked {
		err = c.CheckSignatureFrom(issuer)
		s.signatures[pair] = err
	}
	return err
}

// complete evaluates a chain that ends in a root.
func (s *search) complete(chain []*certificate.Certificate, valid window, doubt reasons) {
	doubt = slices.Clip(doubt)
	constrained := false
	for i, c := range chain {
		fault, unknown := criticalExtension(c)
		if fault != "" {
			s.faults.add("%s", fault)
			return
		}
		if unknown != "" {
			doubt.add("%s", unknown)
		}
		if i > 0 {
			constrained = constrained || c.Constrained
			if c.UncheckedNames {
				doubt.add("the name constraints of %s include a type that is not supported", c.Subject)
			}
		}
	}
	if constrained {
		fault, unknown := s.checkConstraints(chain, valid)
		if fault != nil {
			s.faults.add("%v", fault)
			return
		}
		if unknown != nil {
			doubt.add("the name constraints of the chain could not be checked: %v", unknown)
		}
	}
	if len(doubt) > 0 {
		for _, reason := range doubt {
			s.doubts.add("%s", reason)
		}
		return
	}
	s.found = append(s.found, valid)
}

// windowsArcs are the arcs of the extensions that Windows may process and
// crypto/x509 does not: those of X.509, PKIX and Microsoft.
var windowsArcs = []string{"2.5.29.", "1.3.6.1.5.5.7.1.", "1.3.6.1.4.1.311."}

// criticalExtension returns why a critical extension makes a chain invalid, or why it
// is unknown whether it does. An unknown critical extension makes it invalid (RFC
// 5280, 4.2).
func criticalExtension(c *certificate.Certificate) (fault, unknown string) {
	for _, id := range c.CriticalExtensions {
		if !slices.ContainsFunc(windowsArcs, func(arc string) bool { return strings.HasPrefix(id, arc) }) {
			return fmt.Sprintf("%s has the critical extension %s, which is unknown", c.Subject, id), ""
		}
		unknown = fmt.Sprintf("%s has the critical extension %s, which is not supported", c.Subject, id)
	}
	return "", unknown
}

// checkConstraints has crypto/x509 verify this chain at a time within its
// window.
func (s *search) checkConstraints(chain []*certificate.Certificate, valid window) (fault, unknown error) {
	s.steps += len(chain) // crypto/x509 checks the signatures again
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: valid.until,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	var leaf *x509.Certificate
	for i, c := range chain {
		cert, err := c.Go()
		switch {
		case err != nil:
			return nil, fmt.Errorf("crypto/x509 rejects %s: %w", c.Subject, err)
		case i == 0:
			leaf = cert
		case i == len(chain)-1:
			options.Roots.AddCert(cert)
		default:
			options.Intermediates.AddCert(cert)
		}
	}
	_, err := leaf.Verify(options)
	if isFault(err) {
		return err, nil
	}
	return nil, err
}

// unmatched matches the errors of crypto/x509 about a name that it cannot
// compare with a constraint. These errors have no type of their own.
var unmatched = regexp.MustCompile("cannot parse|failed to parse|cannot be matched")

// isFault reports whether an error of crypto/x509 means that a chain is
// invalid. Any other error means that it could not be verified.
func isFault(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && !unmatched.MatchString(invalid.Detail)
}
