package certstore

import "cmp"

// Limits restricts what certificate files may contain. WithDefaults replaces a
// field that is 0 by its default.
type Limits struct {
	Files        int // files below one path
	Certificates int // certificates and skipped objects in all files together
}

// WithDefaults returns the limits with a default for each field that is 0. A
// store has tens of certificates.
func (l Limits) WithDefaults() Limits {
	return Limits{Files: cmp.Or(l.Files, 10_000), Certificates: cmp.Or(l.Certificates, maxCertificates)}
}

// maxCertificates is also the limit for the Windows store.
const maxCertificates = 10_000
