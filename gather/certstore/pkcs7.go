package certstore

import (
	"errors"
	"fmt"
	"slices"

	"github.com/transportcert/transportcert/internal/der"
)

const oidSignedData = "1.2.840.113549.1.7.2"

// readPKCS7 reads the certificates of PKCS#7 SignedData (RFC 5652, 5.1), the
// format of exported certificates. It ignores signatures.
func readPKCS7(contentInfo der.Element) (contents, error) {
	var err error
	info := contentInfo.Inside(&err)
	kind := info.OID("contentType")
	if err == nil && kind != oidSignedData {
		return contents{}, fmt.Errorf("expected PKCS#7 SignedData (%s), found %s", oidSignedData, kind)
	}
	signed := info.Take(der.TagExplicit0, "content").Inside(&err).Take(der.TagSequence, "SignedData").Inside(&err)
	signed.Take(der.TagInteger, "version")
	signed.Take(der.TagSet, "digestAlgorithms")
	signed.Take(der.TagSequence, "encapContentInfo")
	certificates, _ := signed.Optional(der.TagExplicit0, "certificates")
	var held contents
	for set := certificates.Inside(&err); set.More(); {
		e := set.Any("a certificate")
		switch {
		case err != nil:
		case e.Tag != der.TagSequence:
			held.note("skipped a certificate that is not X.509 (tag 0x%02x)", e.Tag)
		default:
			held.entries = append(held.entries, entry{der: slices.Clone(e.Full())})
		}
	}
	if err != nil {
		return contents{}, fmt.Errorf("its PKCS#7 SignedData is damaged: %w", err)
	}
	if len(held.entries) == 0 {
		return contents{}, errors.New("its PKCS#7 SignedData contains no certificate")
	}
	return held, nil
}
