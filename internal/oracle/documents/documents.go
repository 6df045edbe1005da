// Package documents generates valid input documents for property-based tests.
//
// They are small and full of coincidences: few names, few times and few
// thumbprints, so that certificates tie, times fall exactly on a boundary,
// names differ only by case or a dot, and a TlsCertificateName differs from
// that of a certificate only by a space. The host is generated first, then
// certificates that usually match it, then connectors that usually match both,
// so that every outcome of every step occurs often.
package documents

import (
	"encoding/json"
	"strings"

	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/gather"
)

// Limits of the generated documents.
const (
	maxCertificates = 8
	maxConnectors   = 4
)

// Document generates documents as the gatherers create them. Some have no now,
// so evaluating them requires a clock.
func Document() *rapid.Generator[*gather.Document] {
	return rapid.Custom(func(t *rapid.T) *gather.Document {
		prints := rapid.Permutation(thumbprints).Draw(t, "thumbprints")
		host := hosts.Draw(t, "host")
		doc := &gather.Document{
			SchemaVersion: gather.Version,
			Server:        "EX01",
			Now:           rapid.SampledFrom([]string{now, now, now, now, before, after, ""}).Draw(t, "now"),
			Phase:         rapid.SampledFrom([]string{"", "session", "startup"}).Draw(t, "phase"),
			Host:          host,
			Certificates:  []gather.Certificate{},
			Connectors:    []gather.Connector{},
		}
		for _, p := range prints[:rapid.IntRange(0, maxCertificates).Draw(t, "certificates")] {
			c := certificate(t, p, host)
			if n := len(doc.Certificates); n > 0 && rapid.IntRange(0, 3).Draw(t, "renewal") == 0 {
				c.Issuer, c.Subject = doc.Certificates[n-1].Issuer, doc.Certificates[n-1].Subject
			}
			doc.Certificates = append(doc.Certificates, c)
		}
		doc.Directory = directory(t, prints, len(doc.Certificates))
		for range rapid.IntRange(0, maxConnectors).Draw(t, "connectors") {
			doc.Connectors = append(doc.Connectors, connector(t, doc))
		}
		drawOptional(t, doc)
		return doc
	})
}

// JSON generates the same documents as a person might type them: optional null
// or empty values are sometimes omitted, and default values are sometimes
// included.
func JSON() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		text, err := json.Marshal(Document().Draw(t, "document"))
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		for _, c := range doc["certificates"].([]any) {
			cert := c.(map[string]any)
			omit(t, cert, "subject", "issuer", "serial_number")
			omit(t, cert["trust"].(map[string]any), "valid_from", "valid_until", "revoked")
		}
		if sometimes(t, "say more") {
			doc["$schema"] = "https://github.com/transportcert/transportcert/policies/schemas/input.json"
			doc["sources"] = map[string]any{}
			doc["directory"].(map[string]any)["error"] = ""
			host := doc["host"].(map[string]any)
			if host["nlb_cluster_names"] == nil {
				host["nlb_cluster_names"] = []any{}
			}
			addNull(doc["connectors"], "tls_certificate_name")
			addNull(doc["send_connectors"], "tls_auth_level")
			addNull(doc["edge_subscriptions"], "thumbprint")
			addNull([]any{doc["hybrid"]}, "tls_certificate_name")
		}
		if text, err = json.Marshal(doc); err != nil {
			t.Fatal(err)
		}
		return text
	})
}

// addNull sets a key of each object to null if it is absent.
func addNull(objects any, key string) {
	list, _ := objects.([]any)
	for _, o := range list {
		if object, ok := o.(map[string]any); ok && object[key] == nil {
			object[key] = nil
		}
	}
}

// omit removes some of the keys that have a null or empty value.
func omit(t *rapid.T, object map[string]any, keys ...string) {
	for _, key := range keys {
		if v := object[key]; (v == nil || v == "") && sometimes(t, key) {
			delete(object, key)
		}
	}
}

// The times: now, one second before and after, and the extremes of the format.
const (
	now    = "2026-11-22T07:00:00Z"
	before = "2026-11-22T06:59:59Z"
	after  = "2026-11-22T07:00:01Z"
	past   = "2024-01-01T00:00:00Z"
	future = "2028-01-01T00:00:00Z"
	first  = "0001-01-01T00:00:00Z"
	last   = "9999-12-31T23:59:59Z"
)

var (
	beginnings = rapid.SampledFrom([]string{past, past, past, first, before, now, after, future, last})
	ends       = rapid.SampledFrom([]string{future, future, future, past, before, now, after, last})

	// Many share their first digits, and the order of the digits is not that of
	// the list: 9 comes before A.
	thumbprints = []string{
		strings.Repeat("0", 40), strings.Repeat("5E1F", 10), strings.Repeat("CA11", 10),
		strings.Repeat("A", 39) + "9", strings.Repeat("A", 39) + "A", strings.Repeat("A", 39) + "B",
		"9" + strings.Repeat("A", 39), "B" + strings.Repeat("A", 39), strings.Repeat("F", 40),
		strings.Repeat("9F", 20), strings.Repeat("A0", 20), strings.Repeat("0123456789", 4),
	}

	fact    = optional(rapid.SampledFrom([]bool{true, true, true, true, false}))
	revoked = optional(rapid.SampledFrom([]bool{false, false, true}))
)

// optional generates an unknown fact (nil) one time in six.
func optional[V any](known *rapid.Generator[V]) *rapid.Generator[*V] {
	return rapid.Custom(func(t *rapid.T) *V {
		if rapid.IntRange(0, 5).Draw(t, "unknown") == 5 {
			return nil
		}
		return new(known.Draw(t, "known"))
	})
}

func sometimes(t *rapid.T, label string) bool { return rapid.Bool().Draw(t, label) }

// directory usually names a certificate in the store: only the first ones of
// prints are stored.
func directory(t *rapid.T, prints []string, stored int) *gather.Directory {
	d := &gather.Directory{Readable: rapid.IntRange(0, 7).Draw(t, "unreadable") != 7}
	if !d.Readable {
		d.Error = rapid.SampledFrom([]string{"", "insufficient access rights"}).Draw(t, "error")
	}
	if rapid.IntRange(0, 7).Draw(t, "null") == 7 {
		return d
	}
	i := rapid.IntRange(0, len(prints)-1).Draw(t, "named")
	if stored > 0 && rapid.IntRange(0, 7).Draw(t, "not found") != 7 {
		i %= stored
	}
	d.InternalTransportCertificate = &prints[i]
	return d
}

// certificate usually meets the criteria of step 7 for the host.
func certificate(t *rapid.T, thumbprint string, host *gather.Host) gather.Certificate {
	own := rapid.SampledFrom([]string{host.DNSHostName, host.PhysicalDNSFQDN, host.DNSFQDN})
	alike := rapid.SampledFrom(names)
	wildcard := rapid.SampledFrom([]string{"*.corp.contoso.test", "*.CORP.contoso.test", "*.contoso.test"})
	name := rapid.OneOf(own, own, alike, wildcard)
	c := gather.Certificate{
		Thumbprint:         thumbprint,
		Version:            rapid.SampledFrom([]int{3, 3, 3, 3, 3, 3, 4, 2, 1}).Draw(t, "version"),
		Subject:            distinguished.Draw(t, "subject"),
		Issuer:             distinguished.Draw(t, "issuer"),
		SubjectCommonNames: rapid.SliceOfN(name, 0, 2).Draw(t, "subject_common_names"),
		DNSNames:           rapid.SliceOfN(name, 0, 3).Draw(t, "dns_names"),
		NotBefore:          beginnings.Draw(t, "not_before"),
		NotAfter:           ends.Draw(t, "not_after"),
		HasPrivateKey:      fact.Draw(t, "has_private_key"),
		SelfSigned:         optional(rapid.Bool()).Draw(t, "self_signed"),
		Services: rapid.SampledFrom([][]string{
			{"SMTP"}, {"SMTP"}, {"IIS", "SMTP"}, {"SMTP", "IIS", "SMTP"}, {"IMAP", "POP", "IIS"}, {"SMTP", "Federation"}, {"None"}, {}, nil,
		}).Draw(t, "services"),
		Trust: gather.Trust{
			Chain:      rapid.SampledFrom([]string{gather.ChainTrusted, gather.ChainTrusted, gather.ChainTrusted, gather.ChainUntrusted, gather.ChainUnknown}).Draw(t, "chain"),
			ValidFrom:  optional(beginnings).Draw(t, "valid_from"),
			ValidUntil: optional(ends).Draw(t, "valid_until"),
			Revoked:    revoked.Draw(t, "revoked"),
		},
		ExtendedKeyUsages: rapid.SampledFrom([]gather.ExtendedKeyUsages{
			{}, {Gathered: true}, {Gathered: true, OIDs: []string{}}, {Gathered: true, OIDs: []string{"1.3.6.1.5.5.7.3.1"}},
		}).Draw(t, "extended_key_usages"),
	}
	if rapid.IntRange(0, 4).Draw(t, "expired PKI") == 0 {
		c.SelfSigned, c.Trust.Chain, c.Trust.Revoked = new(false), gather.ChainTrusted, nil
		c.Trust.ValidUntil = new(rapid.SampledFrom([]string{past, before, now}).Draw(t, "valid_until"))
	}
	return c
}
