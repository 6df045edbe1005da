package gather

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"time"

	"github.com/transportcert/transportcert/internal/certificate"
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
	if d.valid(false) {
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

// valid reports whether Validate would return nil, without building the error. If
// the document was decoded, an absent key and one that is null can look the same;
// valid then returns false if that makes a difference.
func (d *Document) valid(decoded bool) bool {
	if !documentSchema().fits(reflect.ValueOf(d).Elem(), decoded) {
		return false
	}
	seen := make(map[string]bool, len(d.Certificates))
	for i := range d.Certificates {
		c := &d.Certificates[i]
		if seen[c.Thumbprint] || len(c.DER) > 0 && certificate.Thumbprint(c.DER) != c.Thumbprint {
			return false
		}
		seen[c.Thumbprint] = true
	}
	return true
}

// fits reports whether the schema accepts the JSON of a Go value, with the checks
// that a schema cannot express.
func (s *schema) fits(v reflect.Value, decoded bool) bool {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return s.fits(v.Elem(), decoded)
		}
		return s.accepts(nil)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[ExtendedKeyUsages]() {
			return s.fits(v.FieldByName("OIDs"), decoded)
		}
		for _, m := range s.members {
			field := v.Field(m.index)
			if field.IsZero() && m.omitted {
				continue
			}
			if field.IsZero() && m.required && decoded || !m.schema.fits(field, decoded) {
				return false
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return s.accepts(nil)
		}
		for i := 0; i < v.Len() && s.Items != nil; i++ { // bytes have none
			if !s.Items.fits(v.Index(i), decoded) {
				return false
			}
		}
	case reflect.Int:
		return v.Int() <= math.MaxInt32 && s.accepts(float64(v.Int()))
	case reflect.String:
		return s.fitsText(v.String())
	}
	return true
}

// fitsText is faster than a regular expression for what a document has most of.
func (s *schema) fitsText(text string) bool {
	switch patterns[s.Pattern] {
	case aTime:
		return IsTime(text)
	case aThumbprint:
		return isThumbprint(text)
	case anAddress:
		return isAddress(text)
	}
	return s.accepts(text)
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
