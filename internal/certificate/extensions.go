package certificate

import (
	"bytes"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/internal/der"
)

// Extensions (RFC 5280, 4.2.1).
const (
	oidKeyUsage            = "2.5.29.15"
	oidAlternativeName     = "2.5.29.17"
	oidBasicConstraints    = "2.5.29.19"
	oidNameConstraints     = "2.5.29.30"
	oidPolicyConstraints   = "2.5.29.36"
	oidInhibitAnyPolicy    = "2.5.29.54"
	oidSubjectKeyID        = "2.5.29.14"
	oidAuthorityKeyID      = "2.5.29.35"
	oidCertificatePolicies = "2.5.29.32"
	oidPolicyMappings      = "2.5.29.33"
	oidExtendedKeyUsage    = "2.5.29.37"
	oidDistributionPoints  = "2.5.29.31"
)

// processed are the extensions that may be critical: those that this package
// reads and others that crypto/x509 processes.
var processed = map[string]bool{
	oidKeyUsage: true, oidAlternativeName: true, oidBasicConstraints: true, oidNameConstraints: true,
	oidPolicyConstraints: true, oidInhibitAnyPolicy: true, oidSubjectKeyID: true, oidAuthorityKeyID: true,
	oidCertificatePolicies: true, oidPolicyMappings: true, oidExtendedKeyUsage: true, oidDistributionPoints: true,
}

// readExtensions reads the relevant extensions. If an OID occurs several times,
// Windows uses the first.
func (c *Certificate) readExtensions(list der.Element) error {
	var err error
	read := map[string]bool{}
	for r := list.Inside(&err).Take(der.TagSequence, "extensions").Inside(&err); r.More(); {
		x := r.Take(der.TagSequence, "an extension").Inside(&err)
		id := x.OID("an extension's OID")
		critical, present := x.Optional(der.TagBoolean, "critical")
		value := x.Take(der.TagOctetString, "an extension's value")
		if err != nil {
			break
		}
		if read[id] {
			c.note("has the extension %s more than once: only the first counts", id)
			continue
		}
		read[id] = true
		c.readExtension(id, value)
		if present && !bytes.Equal(critical.Content(), []byte{0}) && !processed[id] {
			c.CriticalExtensions = append(c.CriticalExtensions, id)
		}
	}
	c.UsagesUnknown = c.UsagesUnknown || err != nil && !read[oidExtendedKeyUsage]
	return err
}

func (c *Certificate) readExtension(id string, value der.Element) {
	var damage error
	v := value.Inside(&damage)
	switch id {
	case oidAlternativeName:
		for names := v.Take(der.TagSequence, "GeneralNames").Inside(&damage); names.More(); {
			if name := names.Any("a GeneralName"); damage == nil && name.Tag == tagDNSName {
				c.DNSNames = append(c.DNSNames, der.Latin1(name.Content()))
			}
		}
		c.damaged("subject alternative name", damage)
	case oidBasicConstraints:
		constraints := v.Take(der.TagSequence, "BasicConstraints").Inside(&damage)
		if ca, ok := constraints.Optional(der.TagBoolean, "cA"); ok {
			c.IsCA = !bytes.Equal(ca.Content(), []byte{0})
		}
		if most, ok := constraints.Optional(der.TagInteger, "pathLenConstraint"); ok {
			c.MaxPathLen = 0 // a value out of range allows nothing
			if b := most.Content(); len(b) == 1 && b[0] < 0x80 {
				c.MaxPathLen = int(b[0])
			}
		}
		c.IsCA = c.IsCA && damage == nil
		c.damaged("basic constraints extension", damage)
	case oidKeyUsage: // keyCertSign is bit 5 of the first byte
		bits := v.Take(der.TagBitString, "KeyUsage").Content()
		c.CannotSignCertificates = len(bits) < 2 || bits[1]&0x04 == 0
		c.damaged("key usage extension", damage)
	case oidExtendedKeyUsage:
		usages := []string{}
		for r := v.Take(der.TagSequence, "ExtKeyUsageSyntax").Inside(&damage); r.More(); {
			usages = append(usages, r.OID("a key purpose"))
		}
		c.UsagesUnknown = damage != nil || slices.ContainsFunc(usages, func(id string) bool { return strings.HasPrefix(id, "#") })
		if !c.UsagesUnknown {
			c.ExtendedKeyUsages = usages
		}
		c.damaged("extended key usage extension", damage)
	case oidNameConstraints:
		c.Constrained = true
		c.readNameConstraints(v, &damage)
		c.UncheckedNames = c.UncheckedNames || damage != nil
		c.damaged("name constraints extension", damage)
	case oidPolicyConstraints, oidInhibitAnyPolicy:
		c.Constrained = true
	}
}

// The tags of a GeneralName (RFC 5280, 4.2.1.6).
const (
	tagRFC822Name = 0x81
	tagDNSName    = 0x82
	tagURI        = 0x86
	tagIPAddress  = 0x87
)

// readNameConstraints looks for constraints on types of names that crypto/x509
// does not check, such as directory names.
func (c *Certificate) readNameConstraints(v *der.Reader, damage *error) {
	for trees := v.Take(der.TagSequence, "NameConstraints").Inside(damage); trees.More(); {
		for list := trees.Any("permittedSubtrees or excludedSubtrees").Inside(damage); list.More(); {
			switch list.Take(der.TagSequence, "a GeneralSubtree").Inside(damage).Any("a GeneralName").Tag {
			case tagRFC822Name, tagDNSName, tagURI, tagIPAddress:
			default:
				c.UncheckedNames = true
			}
		}
	}
}
