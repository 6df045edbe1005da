package certstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A serialized store begins with its version, 0, and "CERT", each 32 bits,
// little-endian. Elements follow. A property 0 without data ends them.
const (
	serializedStoreHeader = 8
	serializedStoreMagic  = "\x00\x00\x00\x00CERT"
)

// isSerializedStore reports whether data begins with that header, or with a
// single element as CertSerializeCertificateStoreElement writes it: with a
// property's id and encoding (X509_ASN_ENCODING, with or without
// PKCS_7_ASN_ENCODING).
func isSerializedStore(data []byte) bool {
	return hasStoreHeader(data) || len(data) >= propertyHeader &&
		data[0] != 0 && data[1] == 0 && data[2] == 0 && data[3] == 0 &&
		data[4] == 1 && data[5] == 0 && data[6] <= 1 && data[7] == 0
}

func hasStoreHeader(data []byte) bool {
	return len(data) >= serializedStoreHeader && string(data[:serializedStoreHeader]) == serializedStoreMagic
}

// readSerializedStore reads the output of CertSaveStore with
// CERT_STORE_SAVE_AS_STORE: the certificates and their properties in the store,
// which show when a certificate has no private key.
func readSerializedStore(data []byte) (contents, error) {
	var held contents
	offset := 0
	if hasStoreHeader(data) {
		offset = serializedStoreHeader
	}
	for {
		if offset == len(data) {
			if hasStoreHeader(data) {
				held.note("the end marker of the serialized store is missing: the file may be truncated")
			}
			break
		}
		if len(data)-offset >= propertyHeader && binary.LittleEndian.Uint32(data[offset:]) == 0 {
			break
		}
		element, next, err := ReadElement(data, offset)
		if err != nil {
			return contents{}, fmt.Errorf("its serialized store is damaged: %w", err)
		}
		offset = next
		if element.Certificate == nil {
			held.note("skipped a revocation list or a trust list at byte %d", offset)
			continue
		}
		name, err := element.FriendlyName()
		if err != nil {
			held.note("certificate %d: ignored its %v", len(held.entries)+1, err)
		}
		hasKey := element.HasPrivateKey()
		held.entries = append(held.entries, entry{slices.Clone(element.Certificate), &hasKey, name})
	}
	if len(held.entries) == 0 {
		return contents{}, errors.New("its serialized store contains no certificate")
	}
	return held, nil
}
