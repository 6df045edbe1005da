package gather

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"time"

	"github.com/transportcert/transportcert/internal/certificate"
)

// The values that the schema of the input document lists, except those of
// Trust.Chain.
var (
	authMechanisms = append([]string{"None"}, AuthMechanisms...)
	services       = append([]string{"None"}, Services...)
	roles          = []string{"Mailbox", "ClientAccess", "UnifiedMessaging", "HubTransport", "EdgeTransport"}
	phases         = []string{"session", "startup"}
)

// The values of a Receive connector's TransportRole, and of a Send connector's
// SmartHostAuthMechanism and TlsAuthLevel.
var (
	TransportRoles          = []string{"FrontendTransport", "HubTransport"}
	SmartHostAuthMechanisms = []string{"None", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer", "ExternalAuthoritative"}
	TLSAuthLevels           = []string{"EncryptionOnly", "CertificateValidation", "DomainValidation"}
)

// Validate returns the error that Decode would return for the document's JSON,
// or nil if Decode would accept it.
func (d *Document) Validate() error {
	if d.valid() {
		return nil
	}
	text, err := json.Marshal(d)
	if err == nil {
		_, err = Decode(text)
	}
	if err == nil {
		err = errors.New("expected a document that Decode accepts")
	}
	return err
}

// valid reports whether Validate would return nil, without building the error.
func (d *Document) valid() bool {
	if d.SchemaVersion != Version || d.Server == "" ||
		d.Connectors == nil || d.Directory == nil || d.Host == nil || d.Certificates == nil {
		return false
	}
	if d.Now != "" && !IsTime(d.Now) || d.GatheredAt != "" && !IsTime(d.GatheredAt) ||
		!emptyOrIn(d.Phase, phases) || !emptyOrIn(d.Procedure, Procedures) ||
		d.ExchangeVersion != "" && !versionPattern.MatchString(d.ExchangeVersion) ||
		!allIn(d.Roles, roles) || !all(d.ExchangeServerAddresses, isAddress) {
		return false
	}
	if named := d.Directory.InternalTransportCertificate; named != nil && !isThumbprint(*named) {
		return false
	}
	if d.Host.DNSFQDN == "" || d.Host.DNSHostName == "" || d.Host.PhysicalDNSFQDN == "" || d.Host.PhysicalDNSHostName == "" {
		return false
	}
	for i := range d.Connectors {
		c := &d.Connectors[i]
		if c.Name == "" || c.AuthMechanisms == nil || !allIn(c.AuthMechanisms, authMechanisms) || !emptyOrIn(c.TransportRole, TransportRoles) {
			return false
		}
	}
	for i := range d.SendConnectors {
		c := &d.SendConnectors[i]
		if c.Name == "" || !emptyOrIn(c.SmartHostAuthMechanism, SmartHostAuthMechanisms) ||
			c.TLSAuthLevel != nil && !slices.Contains(TLSAuthLevels, *c.TLSAuthLevel) {
			return false
		}
	}
	for _, s := range d.EdgeSubscriptions {
		if s.Name == "" || s.Thumbprint != nil && !isThumbprint(*s.Thumbprint) {
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
		IsTime(c.NotBefore) && IsTime(c.NotAfter) &&
		allIn(c.Services, services) && all(c.ExtendedKeyUsages.OIDs, oidPattern.MatchString) &&
		(c.Trust.Chain == ChainTrusted || c.Trust.Chain == ChainUntrusted || c.Trust.Chain == ChainUnknown) &&
		(c.Trust.ValidFrom == nil || IsTime(*c.Trust.ValidFrom)) &&
		(c.Trust.ValidUntil == nil || IsTime(*c.Trust.ValidUntil)) &&
		(len(c.DER) == 0 || certificate.Thumbprint(c.DER) == c.Thumbprint)
}

var (
	versionPattern = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9}){1,3}$`)
	oidPattern     = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+$`)
)

func all(values []string, is func(string) bool) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return !is(value) })
}

func allIn(values, known []string) bool {
	return all(values, func(value string) bool { return slices.Contains(known, value) })
}

func emptyOrIn(value string, known []string) bool {
	return value == "" || slices.Contains(known, value)
}

func isAddress(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && address.Zone() == ""
}

func isThumbprint(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return len(text) == 40
}

// IsTime reports whether text is a time in TimeFormat.
func IsTime(text string) bool {
	// Parse also accepts fractions of seconds; the policies compare text.
	_, err := time.Parse(TimeFormat, text)
	return err == nil && len(text) == len(TimeFormat)
}
