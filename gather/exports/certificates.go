package exports

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	x509 "github.com/transportcert/transportcert/internal/certificate"
)

// identify returns the certificate in DER. All places that contain it must
// agree.
func (e *export) identify() ([]byte, error) {
	der := e.serialized.certificate
	if v, ok := e.object.known("RawData"); ok {
		raw, err := v.bytes()
		if err != nil {
			return nil, err
		}
		if der != nil && !bytes.Equal(raw, der) {
			return nil, v.expected("the certificate in SerializationData, " + x509.Thumbprint(der))
		}
		return raw, nil
	}
	if der == nil && e.damage != nil {
		return nil, e.damage
	}
	if der == nil {
		return nil, errors.New("expected RawData or SerializationData, which contains the certificate")
	}
	return der, nil
}

// certificate reads a certificate of the store. Any other fact that cannot be
// read stays unknown.
func (g Gatherer) certificate(e *export) (what string, c gather.Certificate, err error) {
	der, err := e.identify()
	if err != nil {
		return "", c, err
	}
	unknown := func(err error) {
		if err != nil {
			g.Report.Sentence("%s: certificate %s: some facts are unknown: %v", e.place(), x509.Thumbprint(der), err)
		}
	}
	unknown(e.damage)
	status := ""
	if v, ok := e.object.known("Status"); ok {
		status, err = v.enumeration(statuses)
		unknown(err)
	}
	if status == "PendingRequest" {
		g.Report.Sentence("%s: skipped: %s is a pending request, which is not in the store", e.place(), x509.Thumbprint(der))
		return "", c, nil
	}
	if c, err = g.parse(e, der); err != nil {
		return "", c, err
	}
	if v, ok := e.object.known("Thumbprint"); ok && !strings.EqualFold(v.string(), c.Thumbprint) {
		return "", c, v.expected("the thumbprint of RawData, " + c.Thumbprint)
	}
	unknown(e.object.booleans([]boolean{{"HasPrivateKey", &c.HasPrivateKey}}))
	if v, ok := e.object.known("Services"); ok {
		known, others, err := v.flags(gather.Services)
		unknown(err)
		if c.Services = known; len(others) > 0 {
			g.Report.Sentence("%s: certificate %s: unknown Services ignored: %s", e.place(), c.Thumbprint, strings.Join(others, ", "))
		}
	}
	c.FriendlyName = e.object.string("FriendlyName")
	c.Trust = trust(c, status, e.object.string("RootCAType"))
	return "certificate " + c.Thumbprint, c, nil
}

// reportUnknown reports which certificates lack facts, with one sentence per
// fact.
func (g Gatherer) reportUnknown(all []gather.Certificate) {
	var noKey, noServices []string
	for _, c := range all {
		if c.HasPrivateKey == nil {
			noKey = append(noKey, c.Thumbprint)
		}
		if c.Services == nil {
			noServices = append(noServices, c.Thumbprint)
		}
	}
	const sentence = "%s is unknown, because the export has neither a readable property nor readable SerializationData: %s"
	if noKey != nil {
		g.Report.Sentence(sentence, "has_private_key", strings.Join(noKey, ", "))
	}
	if noServices != nil {
		g.Report.Sentence(sentence, "services", strings.Join(noServices, ", "))
	}
}

// parse returns the facts in the certificate itself, and reports what Go would
// have rejected.
func (g Gatherer) parse(e *export, der []byte) (gather.Certificate, error) {
	c, notes, err := gather.NewCertificate(der)
	if err != nil {
		return c, fmt.Errorf("RawData: expected a certificate in DER: %w", err)
	}
	for _, note := range notes {
		g.Report.Sentence("%s: certificate %s %s", e.place(), c.Thumbprint, note)
	}
	return c, nil
}

// statuses are the values of Status, starting with 0.
var statuses = []string{"Unknown", "Valid", "Revoked", "DateInvalid", "Untrusted", "Invalid", "RevocationCheckFailure", "PendingRequest"}

// trustedRoots are the values of RootCAType, as text and as numbers, that say how
// a root became a trusted one.
var trustedRoots = []string{"ThirdParty", "Enterprise", "Registry", "GroupPolicy", "1", "2", "3", "4"}

// trust returns the trust according to Status. Status does not say when the
// chain is valid, so the certificate's own validity period is used instead.
func trust(c gather.Certificate, status, rootCAType string) gather.Trust {
	t := gather.Trust{Chain: gather.ChainUnknown, Error: "the export does not say"}
	if status == "" {
		return t
	}
	t.Error = "from Status " + status + " in the export, as Exchange determined it at the time"
	yes, no := true, false
	switch status {
	case "Valid":
		if rootCAType == "None" || rootCAType == "0" {
			// Exchange calls a self-signed certificate valid whatever its root.
			t.Chain = gather.ChainUntrusted
			t.Error += "; RootCAType None means that it has no trusted root"
			break
		}
		t.Chain, t.ValidFrom, t.ValidUntil, t.Revoked = gather.ChainTrusted, &c.NotBefore, &c.NotAfter, &no
	case "RevocationCheckFailure":
		t.Chain, t.ValidFrom, t.ValidUntil = gather.ChainTrusted, &c.NotBefore, &c.NotAfter
		t.Error += "; its revocation status is unknown"
	case "Revoked":
		t.Revoked = &yes
	case "DateInvalid":
		// The certificate, or one above it, has expired or is not valid yet. Without
		// ValidFrom, it can be an expired certificate, but never a valid one.
		if slices.Contains(trustedRoots, rootCAType) {
			t.Chain, t.ValidUntil = gather.ChainTrusted, &c.NotAfter
			t.Error += "; RootCAType " + rootCAType + " means that it has a trusted root"
		}
	case "Untrusted", "Invalid":
		t.Chain = gather.ChainUntrusted
	}
	return t
}
