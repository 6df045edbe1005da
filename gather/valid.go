package gather

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"
)

// The values that the schema of the input document lists, beside those of
// Trust.Chain.
var (
	authMechanisms = []string{"None", "Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer", "ExternalAuthoritative"}
	services       = []string{"None", "IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter"}
)

// Validate returns an error where the document is not what Decode takes: the one
// with which Decode refuses its JSON.
func (d *Document) Validate() error {
	if d.valid() {
		return nil
	}
	text, err := json.Marshal(d)
	if err == nil {
		_, err = Decode(text)
	}
	if err == nil {
		err = errors.New("expected a document that Decode takes")
	}
	return err
}

// valid is Validate for those who do not ask why.
func (d *Document) valid() bool {
	if d.SchemaVersion != Version || d.Server == "" || d.Now != "" && !isTime(d.Now) ||
		d.Phase != "" && d.Phase != "session" && d.Phase != "startup" ||
		d.Connectors == nil || d.Directory == nil || d.Host == nil || d.Certificates == nil {
		return false
	}
	if named := d.Directory.InternalTransportCertificate; named != nil && !isThumbprint(*named) {
		return false
	}
	if d.Host.DNSFQDN == "" || d.Host.DNSHostName == "" || d.Host.PhysicalDNSFQDN == "" || d.Host.PhysicalDNSHostName == "" ||
		slices.Contains(d.Host.NLBClusterNames, "") {
		return false
	}
	for i := range d.Connectors {
		c := &d.Connectors[i]
		if c.Name == "" || c.AuthMechanisms == nil || !allIn(c.AuthMechanisms, authMechanisms) {
			return false
		}
	}
	seen := make(map[string]bool, len(d.Certificates))
	for i := range d.Certificates {
		c := &d.Certificates[i]
		if seen[c.Thumbprint] || !c.valid() {
			return false
		}
		seen[c.Thumbprint] = true
	}
	return true
}

func (c *Certificate) valid() bool {
	return isThumbprint(c.Thumbprint) &&
		c.Version >= 1 && c.Version <= math.MaxInt32 && c.KeyBits >= 0 && c.KeyBits <= math.MaxInt32 &&
		c.SubjectCommonNames != nil && c.DNSNames != nil &&
		isTime(c.NotBefore) && isTime(c.NotAfter) &&
		allIn(c.Services, services) &&
		(c.Trust.Chain == ChainTrusted || c.Trust.Chain == ChainUntrusted || c.Trust.Chain == ChainUnknown) &&
		(c.Trust.ValidFrom == nil || isTime(*c.Trust.ValidFrom)) &&
		(c.Trust.ValidUntil == nil || isTime(*c.Trust.ValidUntil)) &&
		(len(c.DER) == 0 || thumbprint(c.DER) == c.Thumbprint)
}

func allIn(values, known []string) bool {
	for _, value := range values {
		if !slices.Contains(known, value) {
			return false
		}
	}
	return true
}

func isThumbprint(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return len(text) == 40
}

func isTime(text string) bool {
	// Parse takes fractions of seconds too.
	_, err := time.Parse(TimeFormat, text)
	return err == nil && len(text) == len(TimeFormat)
}
