package chains

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/internal/certificate"
)

// maxMoments bounds the times at which the machine's roots are asked about one
// certificate.
const maxMoments = 64

// systemRoots are the machine's own roots. Nothing lists them: they can only
// be asked whether a chain is valid at a moment.
type systemRoots struct {
	roots, intermediates *x509.CertPool
	moments              []time.Time // at which a CA's validity begins or ends
}

// useSystemRoots trusts the machine's roots too, with the CAs that are known
// already as intermediates.
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

// askSystem adds the windows of the chains to the machine's roots. They are
// looked for at the ends of the validity periods, since one of these lies in
// every window but that of a root whose period lies within all others.
func (s *search) askSystem(leaf *certificate.Certificate) {
	cert, err := leaf.Go()
	if err != nil {
		s.doubts.add("the machine's roots cannot be asked: %v", err)
		return
	}
	moments := []time.Time{leaf.NotAfter, leaf.NotBefore}
	for _, t := range s.system.moments {
		if len(moments) > maxMoments {
			break // more are not asked about
		}
		if t.After(leaf.NotBefore) && t.Before(leaf.NotAfter) && !slices.ContainsFunc(moments, t.Equal) {
			moments = append(moments, t)
		}
	}
	for i, t := range moments {
		if i == maxMoments {
			s.doubts.add("the machine's roots were asked about %d moments, of which there are more", i)
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

// addSystemChain takes in a chain that crypto/x509 found. It does not see
// constraints on other kinds of names that are not critical.
func (s *search) addSystemChain(leaf *certificate.Certificate, chain []*x509.Certificate) {
	valid := validity(leaf)
	for i, cert := range chain {
		valid = valid.and(window{cert.NotBefore.UTC(), cert.NotAfter.UTC()})
		if c, err := certificate.Parse(cert.Raw); i > 0 && (err != nil || c.UncheckedNames) {
			s.doubts.add("the name constraints of %s are of a kind that is not checked here", cert.Subject)
			return
		}
	}
	s.found = append(s.found, valid)
}

// addSystemError takes in why there is no chain to the machine's roots, or why
// that could not be found out.
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
			doubt = "a critical extension of the chain is not checked here"
		}
	case errors.As(err, &unknownAuthority):
		doubt = s.above(leaf, unverifiable)
		// The type keeps the reason to itself.
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

// above returns the first text that ask has for a certificate or one of those,
// by name, that may have issued it.
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

// unverifiable says why crypto/x509 does not find the issuer of a certificate,
// even if it is there.
func unverifiable(c *certificate.Certificate) string {
	cert, err := c.Go()
	switch {
	case err != nil:
		return "Go refuses " + c.Subject + ": " + err.Error()
	case cert.PublicKey == nil:
		return "the key of " + c.Subject + " is not supported"
	}
	switch cert.SignatureAlgorithm {
	case x509.UnknownSignatureAlgorithm, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.DSAWithSHA256,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS: // a root's key can be for RSASSA-PSS alone
		return "the signature of " + c.Subject + " (" + c.SignatureAlgorithm + ") is not supported"
	}
	return ""
}
