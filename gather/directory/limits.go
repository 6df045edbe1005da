package directory

import "cmp"

// Limits bounds what a directory can send. A field that is 0 stands for the
// limit that WithDefaults puts there.
type Limits struct {
	Page    int // entries that a page asks for; Active Directory gives at most 1,000
	Entries int // entries, and referrals, that a search brings
	Bytes   int // bytes that the host sends
}

// WithDefaults returns the limits with none of them 0. 64 MiB are some ten thousand
// servers; the LDAP library can make forty times that of it in memory.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Page:    cmp.Or(l.Page, 500),
		Entries: cmp.Or(l.Entries, 200_000),
		Bytes:   cmp.Or(l.Bytes, 64<<20),
	}
}
