package certstore

import (
	encoding "encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

var oidSignedData = encoding.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}

// readPKCS7 reads the certificates of PKCS#7 SignedData (RFC 5652, 5.1), the
// form in which certificates are exported. Signatures are of no interest.
func readPKCS7(data []byte) (contents, error) {
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	input := cryptobyte.String(data)
	var contentInfo, explicit, signedData, set cryptobyte.String
	var contentType encoding.ObjectIdentifier
	if !input.ReadASN1(&contentInfo, asn1.SEQUENCE) || !contentInfo.ReadASN1ObjectIdentifier(&contentType) {
		return contents{}, errors.New("expected PKCS#7 SignedData")
	}
	if !contentType.Equal(oidSignedData) {
		return contents{}, fmt.Errorf("expected PKCS#7 SignedData (%v), found %v", oidSignedData, contentType)
	}
	var present bool
	if !contentInfo.ReadASN1(&explicit, context0) ||
		!explicit.ReadASN1(&signedData, asn1.SEQUENCE) ||
		!signedData.SkipASN1(asn1.INTEGER) || // version
		!signedData.SkipASN1(asn1.SET) || // digest algorithms
		!signedData.SkipASN1(asn1.SEQUENCE) || // what is signed
		!signedData.ReadOptionalASN1(&set, &present, context0) {
		return contents{}, errors.New("its PKCS#7 SignedData is damaged")
	}
	var held contents
	for !set.Empty() {
		var element cryptobyte.String
		var tag asn1.Tag
		if !set.ReadAnyASN1Element(&element, &tag) {
			return contents{}, errors.New("its PKCS#7 certificates are damaged")
		}
		if tag != asn1.SEQUENCE {
			held.note("left out an attribute certificate or one of another kind (tag 0x%02x)", uint8(tag))
			continue
		}
		held.entries = append(held.entries, entry{der: slices.Clone(element)})
	}
	if len(held.entries) == 0 {
		return contents{}, errors.New("its PKCS#7 SignedData holds no certificate")
	}
	return held, nil
}
