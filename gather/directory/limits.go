package directory

import "cmp"

// Limits restricts what a directory can send. WithDefaults replaces a field
// that is 0 by its default.
type Limits struct {
	Page    int // entries per page; Active Directory returns at most 1,000
	Entries int // entries and referrals per search
	Bytes   int // bytes from the host
}

// WithDefaults returns the limits with a default for each field that is 0. 64
// MiB suffice for about ten thousand servers; the LDAP library can use forty
// times as much memory.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Page:    cmp.Or(l.Page, 500),
		Entries: cmp.Or(l.Entries, 200_000),
		Bytes:   cmp.Or(l.Bytes, 64<<20),
	}
}
