package host

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/transportcert/transportcert/gather"
)

// The maximum lengths of a DNS name and label (RFC 1035, 2.3.4).
const (
	maxName  = 253
	maxLabel = 63
)

// Names gathers names that an administrator typed. The physical names are the
// same: they differ only in a failover cluster.
type Names struct {
	FQDN     string // ex01.corp.contoso.test
	HostName string // EX01
}

// ParseNames parses FQDN or FQDN,NETBIOS. Without the second part, the host
// name is the first label of the FQDN. An error quotes the value and says what
// was expected.
func ParseNames(value string) (Names, error) {
	fqdn, hostName, two := strings.Cut(value, ",")
	names := Names{strings.TrimSpace(fqdn), strings.TrimSpace(hostName)}
	if !isName(strings.TrimSuffix(names.FQDN, ".")) {
		return Names{}, fmt.Errorf("host %.60q: expected FQDN or FQDN,NETBIOS, as in ex01.corp.contoso.test,EX01", value)
	}
	if !two {
		names.HostName, _, _ = strings.Cut(names.FQDN, ".")
	}
	if !isName(names.HostName) || strings.Contains(names.HostName, ".") {
		return Names{}, fmt.Errorf("host %.60q: expected a host name without dots after the comma, as in ex01.corp.contoso.test,EX01", value)
	}
	return names, nil
}

// isName reports whether text consists of letters, digits, hyphens and
// underscores; beyond ASCII, any printable character is allowed.
func isName(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > maxLabel || strings.ContainsFunc(label, func(r rune) bool {
			return r == ' ' || !unicode.IsPrint(r) || r == utf8.RuneError || r < 0x80 && strings.ContainsRune(`!"#$%&'()*+,/:;<=>?@[\]^{|}~`+"`", r)
		}) {
			return false
		}
	}
	return len(text) <= maxName
}

// Gather replaces the host section and, if the server has no name yet, names
// it. It never fails.
func (n Names) Gather(_ context.Context, doc *gather.Document) error {
	doc.Host = &gather.Host{
		DNSFQDN: n.FQDN, DNSHostName: n.HostName,
		PhysicalDNSFQDN: n.FQDN, PhysicalDNSHostName: n.HostName,
	}
	if doc.Server == "" {
		doc.Server = n.HostName
	}
	doc.SetSource("host", "flag:--host")
	return nil
}
