package output

import (
	"github.com/transportcert/transportcert/gather"
)

// verdict says why step 8 picks the eligible certificate at that place of the
// order, or why it does not.
func (s server) verdict(place int) string {
	thumbprint := s.Eligible[place]
	certificate := s.store[thumbprint]
	best := s.place(s.Best)
	switch {
	case place == best && is(s.BestKind, "pki"):
		return "best: the first valid PKI certificate; " + chain(certificate)
	case place == best:
		return "best: self-signed, and no eligible certificate is a valid PKI certificate"
	case is(s.BestKind, "pki") && place > best, is(certificate.SelfSigned, true) && is(s.BestKind, "self_signed"):
		return "comes after the best: " + s.whyAfter(best, certificate)
	}
	return "not best: " + s.notPKI(certificate)
}

// whyAfter says why one certificate comes after another in the order.
func (s server) whyAfter(place int, certificate gather.Certificate) string {
	if s.store[s.Eligible[place]].NotBefore == certificate.NotBefore {
		return "of the same age, with a higher thumbprint"
	}
	return "it is older"
}

// notPKI says what keeps a certificate that the policies did not take for a
// valid PKI certificate from being one.
func (s server) notPKI(certificate gather.Certificate) string {
	why := chain(certificate)
	switch {
	case certificate.SelfSigned == nil:
		return "whether it is self-signed is not known"
	case *certificate.SelfSigned:
		return "it is self-signed, and there is a valid PKI certificate"
	}
	trust := certificate.Trust
	if trust.Chain == gather.ChainTrusted && !is(trust.Revoked, true) && trust.ValidFrom != nil && trust.ValidUntil != nil {
		why += ", and not at " + s.EvaluatedAt
	}
	return "not self-signed, and not a valid PKI certificate: " + why
}

// undecided returns the eligible certificates whose chain nobody looked at and
// that might be best if somebody did.
func (s server) undecided() []string {
	var undecided []string
	for place, thumbprint := range s.Eligible {
		if is(s.BestKind, "pki") && place >= s.place(s.Best) {
			break
		}
		certificate := s.store[thumbprint]
		if is(certificate.SelfSigned, false) && certificate.Trust.Chain == gather.ChainUnknown && !is(certificate.Trust.Revoked, true) {
			undecided = append(undecided, thumbprint)
		}
	}
	return undecided
}
