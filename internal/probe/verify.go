package probe

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/chains"
)

// A Verification is what a client that verifies certificates would have said.
type Verification struct {
	Name  Check `json:"name"`
	Chain Check `json:"chain"`
	Dates Check `json:"dates"`
}

// A Check is one of the things that a verifier looks at.
type Check struct {
	OK      *bool  `json:"ok"` // nil: not known
	Message string `json:"message"`
}

// mostNames is how many names of a certificate a message lists.
const mostNames = 6

// verify says what a verifier would have said of the chain that was served.
func (p Prober) verify(ctx context.Context, r *Result, h *Handshake) {
	if len(h.Chain) == 0 {
		return
	}
	h.Verification = &Verification{Name: verifyName(h.Chain[0], r.host), Chain: p.verifyChain(ctx, h)}
	h.Verification.Dates = verifyDates(h.Chain[0], r.ProbedAt)
}

// verifyName compares as browsers and mail servers do: with SAN names alone.
func verifyName(leaf gather.Certificate, host string) Check {
	c, err := x509.ParseCertificate(leaf.DER)
	if err != nil {
		return Check{nil, fmt.Sprintf("not known: %v", err)}
	}
	if c.VerifyHostname(strings.TrimSuffix(host, ".")) == nil {
		return Check{new(true), "the certificate names " + host}
	}
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	listed := strings.Join(names[:min(len(names), mostNames)], ", ")
	if more := len(names) - mostNames; more > 0 {
		listed += fmt.Sprintf(" and %d more", more)
	}
	if listed == "" {
		listed = "none"
	}
	return Check{new(false), fmt.Sprintf("the certificate does not name %s; its SAN names: %s", host, listed)}
}

// verifyChain searches for a chain to a root, with what the server sent as
// intermediates, and leaves what it found as the certificate's trust.
func (p Prober) verifyChain(ctx context.Context, h *Handshake) Check {
	if len(p.Roots) == 0 && !p.System {
		return Check{nil, "not checked: no roots were given"}
	}
	document := &gather.Document{Certificates: h.Chain}
	if err := (chains.Gatherer{Roots: p.Roots, System: p.System}).Gather(ctx, document); err != nil {
		return Check{nil, fmt.Sprintf("not known: %v", err)}
	}
	switch trust := h.Chain[0].Trust; trust.Chain {
	case gather.ChainTrusted:
		return Check{new(true), fmt.Sprintf("it ends in a trusted root, and is valid from %s to %s", *trust.ValidFrom, *trust.ValidUntil)}
	case gather.ChainUntrusted:
		return Check{new(false), trust.Error}
	default:
		return Check{nil, "not known: " + trust.Error}
	}
}

// verifyDates looks at the certificate, and at the window of its chain where
// that is known.
func verifyDates(leaf gather.Certificate, now string) Check {
	switch from, until := leaf.Trust.ValidFrom, leaf.Trust.ValidUntil; {
	case leaf.NotAfter < now:
		return Check{new(false), "the certificate expired on " + leaf.NotAfter}
	case leaf.NotBefore > now:
		return Check{new(false), "the certificate is not valid before " + leaf.NotBefore}
	case until != nil && *until < now:
		return Check{new(false), "a certificate of its chain expired on " + *until}
	case from != nil && *from > now:
		return Check{new(false), "a certificate of its chain is not valid before " + *from}
	}
	return Check{new(true), fmt.Sprintf("valid from %s to %s", leaf.NotBefore, leaf.NotAfter)}
}
