package probe

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/chains"
)

// A Verification is the result that a client would get if it verified
// certificates.
type Verification struct {
	Name  Check `json:"name"`
	Chain Check `json:"chain"`
	Dates Check `json:"dates"`
}

// A Check is one part of a verification.
type Check struct {
	OK      *bool  `json:"ok"` // nil: unknown
	Message string `json:"message"`
}

// mostNames limits the names of a certificate in a message.
const mostNames = 6

// verify verifies the served chain as a client would.
func (p Prober) verify(ctx context.Context, r *Result, h *Handshake) {
	if len(h.Chain) == 0 {
		return
	}
	h.Verification = &Verification{Name: verifyName(h.Chain[0], r.host), Chain: p.verifyChain(ctx, h)}
	h.Verification.Dates = verifyDates(h.Chain[0], r.ProbedAt)
}

// verifyName compares names as browsers and mail servers do: only SAN names
// count.
func verifyName(leaf gather.Certificate, host string) Check {
	c, err := x509.ParseCertificate(leaf.DER)
	if err != nil {
		return Check{nil, fmt.Sprintf("unknown: %v", err)}
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

// verifyChain searches for a chain to a root, with the certificates that the
// server sent as intermediates, and stores the result as the certificate's
// trust.
func (p Prober) verifyChain(ctx context.Context, h *Handshake) Check {
	if len(p.Roots) == 0 && !p.System {
		return Check{nil, "not checked: no roots given"}
	}
	document := &gather.Document{Certificates: h.Chain}
	if err := (chains.Gatherer{Roots: p.Roots, System: p.System}).Gather(ctx, document); err != nil {
		return Check{nil, fmt.Sprintf("unknown: %v", err)}
	}
	switch trust := h.Chain[0].Trust; trust.Chain {
	case gather.ChainTrusted:
		return Check{new(true), fmt.Sprintf("it ends in a trusted root and is valid from %s to %s", *trust.ValidFrom, *trust.ValidUntil)}
	case gather.ChainUntrusted:
		return Check{new(false), trust.Error}
	default:
		return Check{nil, "unknown: " + trust.Error}
	}
}

// verifyDates checks the certificate and, if it is known, the window of its
// chain.
func verifyDates(leaf gather.Certificate, now string) Check {
	switch from, until := leaf.Trust.ValidFrom, leaf.Trust.ValidUntil; {
	case leaf.NotAfter < now:
		return Check{new(false), "the certificate expired on " + leaf.NotAfter}
	case leaf.NotBefore > now:
		return Check{new(false), "the certificate is not valid before " + leaf.NotBefore}
	case until != nil && *until < now:
		return Check{new(false), "a certificate in its chain expired on " + *until}
	case from != nil && *from > now:
		return Check{new(false), "a certificate in its chain is not valid before " + *from}
	}
	return Check{new(true), fmt.Sprintf("valid from %s to %s", leaf.NotBefore, leaf.NotAfter)}
}
