package certstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// The property ids used here. The last three contain the encoded object itself
// and therefore end an element (wincrypt.h: CERT_KEY_PROV_INFO_PROP_ID,
// CERT_FRIENDLY_NAME_PROP_ID, CERT_CERT_PROP_ID, CERT_CRL_PROP_ID,
// CERT_CTL_PROP_ID).
const (
	propertyKeyProviderInfo = 2
	propertyFriendlyName    = 11
	propertyCertificate     = 32
	propertyCRL             = 33
	propertyCTL             = 34
)

// propertyHeader is the size of a property's header: its id, encoding and
// length, 32 bits each, little-endian.
const propertyHeader = 12

// Element is an entry of a certificate store as Windows serializes it: the
// certificate and its properties in the store.
type Element struct {
	Certificate []byte            // DER; nil: the entry is a CRL or a CTL
	Properties  map[uint32][]byte // by property id, as wincrypt.h numbers them
}

// ReadElement reads the serialized store element at offset in data and returns
// it with the offset of the next one. Its slices share data's memory. An error
// names the byte offset in data and what was expected there.
func ReadElement(data []byte, offset int) (Element, int, error) {
	e := Element{Properties: map[uint32][]byte{}}
	for {
		if len(data)-offset < propertyHeader {
			return Element{}, 0, fmt.Errorf("byte %d: expected a certificate property (a header of %d bytes and its data), found %d bytes", offset, propertyHeader, len(data)-offset)
		}
		id := binary.LittleEndian.Uint32(data[offset:])
		size := binary.LittleEndian.Uint32(data[offset+8:])
		start := offset + propertyHeader
		if uint64(size) > uint64(len(data)-start) {
			return Element{}, 0, fmt.Errorf("byte %d: property %d claims %d bytes of data, found %d", offset, id, size, len(data)-start)
		}
		content := data[start : start+int(size) : start+int(size)]
		offset = start + int(size)
		switch id {
		case propertyCertificate:
			e.Certificate = content
			return e, offset, nil
		case propertyCRL, propertyCTL:
			return e, offset, nil
		}
		e.Properties[id] = content
	}
}

// HasPrivateKey reports whether the store has a private key for the
// certificate.
func (e Element) HasPrivateKey() bool {
	_, ok := e.Properties[propertyKeyProviderInfo]
	return ok
}

// FriendlyName returns the name that an administrator gave the certificate, or
// "" if it has none. It fails if the property is not UTF-16.
func (e Element) FriendlyName() (string, error) {
	data := e.Properties[propertyFriendlyName]
	if len(data)%2 != 0 {
		return "", errors.New("friendly name: expected UTF-16, found an odd number of bytes")
	}
	name, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(data)
	if err != nil {
		return "", fmt.Errorf("friendly name: expected UTF-16: %w", err)
	}
	text, _, _ := strings.Cut(string(name), "\x00")
	return text, nil
}
