package chains

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/internal/certificate"
)

// maxMoments limits the points in time at which one certificate is verified
// against the machine's roots.
const maxMoments = 64

// systemRoots are the machine's own roots. They cannot be listed; a chain can
// only be verified against them at a point in time.
type systemRoots struct {
	roots, intermediates *x509.CertPool
	moments              []time.Time // at which a CA's validity begins or ends
}

// useSystemRoots also trusts the machine's roots, with all CAs known so far as
// intermediates.
func (s *search) useSystemRoots() error {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return err
	}
	s.system = &systemRoots{roots: roots, intermediates: x509.NewCertPool()}
	for _, c := range s.known {
		if cert, err := c.Go(); err == nil && cert.IsCA {
			s.system.intermediates.AddCert(cert)
			s.system.moments = append(s.system.moments, c.NotBefore, c.NotAfter)
		}
	}
	slices.SortFunc(s.system.moments, time.Time.Compare)
	return nil
}

// askSystem adds the windows of the chains that end in the machine's roots. It
// verifies the certificate at the ends of the validity periods: every window
// includes one of these, unless it belongs to a root whose period lies within
// all the others.
func (s *search) askSystem(leaf *certificate.Certificate) {
	cert, err := leaf.Go()
	if err != nil {
		s.doubts.add("the machine's roots could not be queried: %v", err)
		return
	}
	moments := []time.Time{leaf.NotAfter, leaf.NotBefore}
	for _, t := range s.system.moments {
		if len(moments) > maxMoments {
			break // the others are not tried
		}
		if t.After(leaf.NotBefore) && t.Before(leaf.NotAfter) && !slices.ContainsFunc(moments, t.Equal) {
			moments = append(moments, t)
		}
	}
	for i, t := range moments {
		if i == maxMoments {
			s.doubts.add("the machine's roots were checked at only %d points in time", i)
			break
		}
		chains, err := cert.Verify(x509.VerifyOptions{
			Roots: s.system.roots, Intermediates: s.system.intermediates, CurrentTime: t,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		if err != nil {
			s.addSystemError(leaf, err)
		}
		for _, chain := range chains {
			s.addSystemChain(leaf, chain)
		}
	}
}

// addSystemChain adds a chain that crypto/x509 found. crypto/x509 ignores
// noncritical constraints on other types of names.
func (s *search) addSystemChain(leaf *certificate.Certificate, chain []*x509.Certificate) {
	valid := validity(leaf)
	for i, cert := range chain {
		valid = valid.and(window{cert.NotBefore.UTC(), cert.NotAfter.UTC()})
		if c, err := certificate.Parse(cert.Raw); i > 0 && (err != nil || c.UncheckedNames) {
			s.doubts.add("the name constraints of %s include a type that is not supported", cert.Subject)
			return
		}
	}
	s.found = append(s.found, valid)
}

// addSystemError records why there is no chain to the machine's roots, or why
// it is unknown whether there is one.
func (s *search) addSystemError(leaf *certificate.Certificate, err error) {
	var (
		unknownAuthority x509.UnknownAuthorityError
		critical         x509.UnhandledCriticalExtension
	)
	doubt := ""
	switch {
	case errors.As(err, &critical):
		fault := s.above(leaf, func(c *certificate.Certificate) string {
			fault, _ := criticalExtension(c)
			return fault
		})
		if fault == "" {
			doubt = "a critical extension of the chain is not supported"
		}
	case errors.As(err, &unknownAuthority):
		doubt = s.above(leaf, unverifiable)
		// The type does not export the reason.
		if text := err.Error(); doubt == "" && strings.Contains(text, "insecure") && !strings.Contains(text, "MD5") {
			doubt = text
		}
	case !isFault(err):
		doubt = err.Error()
	}
	if doubt != "" {
		s.doubts.add("the machine's roots: %s", doubt)
		return
	}
	s.faults.add("the machine's roots: %v", err)
}

// above returns the first text that ask returns for a certificate or for those
// that, by name, may have issued it.
func (s *search) above(leaf *certificate.Certificate, ask func(*certificate.Certificate) string) string {
	seen := []*certificate.Certificate{leaf}
	for i := 0; i < len(seen) && i < maxSteps; i++ {
		if text := ask(seen[i]); text != "" {
			return text
		}
		for _, issuer := range s.issuers[string(seen[i].RawIssuer)] {
			if !slices.Contains(seen, issuer) {
				seen = append(seen, issuer)
			}
		}
	}
	return ""
}

// unverifiable returns why crypto/x509 would not find the issuer of a
// certificate even if it were available.
func unverifiable(c *certificate.Certificate) string {
	cert, err := c.Go()
	switch {
	case err != nil:
		return "Go rejects " + c.Subject + ": " + err.Error()
	case cert.PublicKey == nil:
		return "the key of " + c.Subject + " is not supported"
	}
	switch cert.SignatureAlgorithm {
	case x509.UnknownSignatureAlgorithm, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.DSAWithSHA256,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS: // a root's key can be restricted to RSASSA-PSS
		return "the signature of " + c.Subject + " (" + c.SignatureAlgorithm + ") is not supported"
	}
	return ""
}
