package probe

import (
	"fmt"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// Find returns the document of the server that answered: the only document;
// otherwise the one whose server has the requested name or a connector bound to
// the address; otherwise the one whose server or connector has the name in the
// banner. It is an error if there is none, or more than one.
func Find(r *Result, documents []*gather.Document) (*gather.Document, error) {
	if len(documents) == 1 {
		return documents[0], nil
	}
	name, _, _ := strings.Cut(r.Banner, " ")
	for _, matches := range []func(*gather.Document) bool{
		func(d *gather.Document) bool { return hasName(d, r.host) || hasAddress(d, r) },
		func(d *gather.Document) bool { return hasName(d, name) || hasConnector(d, name) },
	} {
		var found []*gather.Document
		for _, document := range documents {
			if matches(document) {
				found = append(found, document)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return nil, fmt.Errorf("%s: %d documents match this server, including %s and %s", r.Target, len(found), found[0].Server, found[1].Server)
		}
	}
	return nil, fmt.Errorf("%s: none of the %d documents matches this server", r.Target, len(documents))
}

func same(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

func hasName(d *gather.Document, name string) bool {
	return same(d.Server, name) || d.Host != nil && (same(d.Host.DNSFQDN, name) || same(d.Host.DNSHostName, name) ||
		same(d.Host.PhysicalDNSFQDN, name) || same(d.Host.PhysicalDNSHostName, name))
}

func hasConnector(d *gather.Document, name string) bool {
	for _, connector := range d.Connectors {
		if same(connector.FQDN, name) {
			return true
		}
	}
	return false
}

func hasAddress(d *gather.Document, r *Result) bool {
	for _, connector := range d.Connectors {
		for _, text := range connector.Bindings {
			if binding, err := parseBinding(text); err == nil && binding == r.remote {
				return true
			}
		}
	}
	return false
}
