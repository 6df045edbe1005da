// Package certstore gathers the certificates of the store LocalMachine\My:
// from certificate files that were exported from it, on any system ([Files]),
// or from the store itself, on Windows ([LocalMachine]).
//
// Files are recognized by their content, never by their name: PEM, DER, PKCS#7
// (.p7b), PKCS#12 (.pfx) and serialized stores (.sst). Whatever certificates a
// file holds are taken for the store's content. The certificates of authorities
// that a PKCS#12 file or a full chain carries along, and that Windows would put
// into another store, stay in the document as well: nothing makes them
// eligible, since they have no private keys here and no services,
// and they complete the chains of the others.
//
// What a file cannot tell is unknown, not false. A private key that matches a
// certificate, wherever among the files, says that there is one. That there is
// none, only a serialized store can say: it keeps the store's own note of each
// certificate's key (CERT_KEY_PROV_INFO_PROP_ID).
package certstore

import (
	"fmt"

	"github.com/transportcert/transportcert/gather"
)

// section is the section of the document that this package fills.
const section = "certificates"

// setSection replaces the section and notes where it came from.
func setSection(doc *gather.Document, certificates []gather.Certificate, source string) {
	doc.Certificates = certificates
	if doc.Sources == nil {
		doc.Sources = map[string]string{}
	}
	doc.Sources[section] = source
}

// reportf passes a sentence on if somebody wants to know.
func reportf(report gather.Report, format string, args ...any) {
	if report != nil {
		report(fmt.Sprintf(format, args...))
	}
}
