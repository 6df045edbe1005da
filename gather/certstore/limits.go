package certstore

import "cmp"

// Limits bounds what certificate files may hold. A field that is 0 stands for
// the limit that WithDefaults puts there.
type Limits struct {
	Files        int // files below one path
	Certificates int // certificates of all files together, and what was left out of them
}

// WithDefaults returns the limits with none of them 0. A store holds tens of
// certificates.
func (l Limits) WithDefaults() Limits {
	return Limits{Files: cmp.Or(l.Files, 10_000), Certificates: cmp.Or(l.Certificates, maxCertificates)}
}

// maxCertificates is also what is read of a store of Windows.
const maxCertificates = 10_000
