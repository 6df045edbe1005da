package oracle

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// normal is reading 8: case and one trailing dot are ignored.
func normal(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// names returns the common names and DNS names of a certificate, normalized,
// without empty ones.
func names(c *gather.Certificate) []string {
	return notEmpty(slices.Concat(c.SubjectCommonNames, c.DNSNames))
}

// notEmpty normalizes names and removes empty ones.
func notEmpty(names []string) []string {
	kept := []string{}
	for _, name := range names {
		if name = normal(name); name != "" {
			kept = append(kept, name)
		}
	}
	return kept
}

// partition returns the certificates without reasons against them, most recent
// first, and the reasons against the others.
func partition(certificates []*gather.Certificate, reasons func(*gather.Certificate) []string) (eligible []*gather.Certificate, ineligible map[string][]string) {
	ineligible = map[string][]string{}
	for _, c := range certificates {
		if why := reasons(c); len(why) > 0 {
			ineligible[c.Thumbprint] = why
		} else {
			eligible = append(eligible, c)
		}
	}
	slices.SortFunc(eligible, func(a, b *gather.Certificate) int {
		return cmp.Or(
			cmp.Compare(b.NotBefore, a.NotBefore),
			cmp.Compare(a.Thumbprint, b.Thumbprint), // reading 9
		)
	})
	return eligible, ineligible
}

// reasons returns, sorted, the criteria that a certificate fails, except the
// names. An unknown fact fails too, with its own reason (reading 11).
func reasons(c *gather.Certificate) []string {
	var why []string
	switch {
	case c.HasPrivateKey == nil:
		why = append(why, "private_key_unknown")
	case !*c.HasPrivateKey:
		why = append(why, "no_private_key")
	}
	switch {
	case c.Services == nil:
		why = append(why, "services_unknown")
	case !slices.Contains(c.Services, "SMTP"):
		why = append(why, "smtp_not_enabled")
	}
	if c.Version < 3 {
		why = append(why, "version_below_3")
	}
	slices.Sort(why)
	return why
}

// first returns the first certificate of the first kind that occurs.
func (s server) first(certificates []*gather.Certificate, kinds ...string) (best *gather.Certificate, kind string) {
	is := map[string]func(*gather.Certificate) bool{"pki": s.validPKI, "self_signed": selfSigned, "expired_pki": s.expiredPKI}
	for _, kind := range kinds {
		if i := slices.IndexFunc(certificates, is[kind]); i >= 0 {
			return certificates[i], kind
		}
	}
	return nil, ""
}

func selfSigned(c *gather.Certificate) bool { return c.SelfSigned != nil && *c.SelfSigned }

// pki is the condition that valid and expired PKI certificates share. It is
// false if a fact is missing.
func pki(c *gather.Certificate) bool {
	return c.SelfSigned != nil && !*c.SelfSigned && c.Trust.Chain == gather.ChainTrusted &&
		(c.Trust.Revoked == nil || !*c.Trust.Revoked)
}

// validPKI is reading 5.
func (s server) validPKI(c *gather.Certificate) bool {
	from, until := c.Trust.ValidFrom, c.Trust.ValidUntil
	return pki(c) && from != nil && until != nil && *from <= s.now && s.now <= *until
}

// expiredPKI is reading 3 of inbound STARTTLS.
func (s server) expiredPKI(c *gather.Certificate) bool {
	return pki(c) && c.Trust.ValidUntil != nil && *c.Trust.ValidUntil < s.now
}

func thumbprints(certificates []*gather.Certificate) []string {
	out := []string{}
	for _, c := range certificates {
		out = append(out, c.Thumbprint)
	}
	return out
}

// pointers returns the certificates of a store.
func pointers(store []gather.Certificate) []*gather.Certificate {
	out := make([]*gather.Certificate, len(store))
	for i := range store {
		out[i] = &store[i]
	}
	return out
}
