package oracle

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// normal is reading 8: neither case nor one trailing dot tells names apart.
func normal(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// names returns every common name and DNS name of a certificate, normal and not
// empty.
func names(c *gather.Certificate) []string {
	return notEmpty(slices.Concat(c.SubjectCommonNames, c.DNSNames))
}

// notEmpty makes names normal and drops those of which nothing is left.
func notEmpty(names []string) []string {
	kept := []string{}
	for _, name := range names {
		if name = normal(name); name != "" {
			kept = append(kept, name)
		}
	}
	return kept
}

// sift returns the certificates that reasons has nothing against, most recent
// first, and what it has against the others.
func sift(certificates []*gather.Certificate, reasons func(*gather.Certificate) []string) (eligible []*gather.Certificate, ineligible map[string][]string) {
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

// reasons says, sorted, which criteria a certificate fails, names aside. What is
// not known fails too, under a name of its own (reading 11).
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

// first returns the first of the certificates that is of one of these kinds, the
// first kind before the second.
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

// pki is what a valid PKI certificate and an expired one have in common. A
// missing fact makes it false.
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
