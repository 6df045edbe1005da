package certstore

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/gather/certstore/internal/pkcs12"
)

var errNoFormat = errors.New("it is neither PEM, DER, PKCS#7, PKCS#12 nor a serialized store")

// A passwordFunc returns the password of the file that is being read.
type passwordFunc func() ([]byte, error)

// read reads a file of any of the formats. Its slices share no memory with
// data.
func read(data []byte, password passwordFunc) (contents, error) {
	switch {
	case len(data) == 0:
		return contents{}, errors.New("it is empty")
	case isSerializedStore(data):
		return readSerializedStore(data)
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		// PowerShell's > writes text as UTF-16.
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return contents{}, fmt.Errorf("expected UTF-16: %w", err)
		}
		data = text
	}
	if bytes.Contains(data, pemBegin) {
		return readPEM(data)
	}
	return readDER(data, password)
}

// readDER reads a file that is one ASN.1 value, or several certificates one
// after the other. What it is shows in its first fields.
func readDER(data []byte, password passwordFunc) (contents, error) {
	if bytes.HasPrefix(data, []byte{0x30, 0x80}) {
		return contents{}, errors.New("expected DER, found BER of indefinite length; openssl writes it anew as DER")
	}
	rest := cryptobyte.String(data)
	var element, sequence cryptobyte.String
	if !rest.ReadASN1Element(&element, asn1.SEQUENCE) {
		if expected, ok := cutOff(data); ok {
			return contents{}, fmt.Errorf("it is cut off: %d bytes expected, %d are there", expected, len(data))
		}
		return contents{}, errNoFormat
	}
	whole := element
	whole.ReadASN1(&sequence, asn1.SEQUENCE)

	var held contents
	var err error
	switch {
	case sequence.PeekASN1Tag(asn1.OBJECT_IDENTIFIER):
		held, err = readPKCS7(element)
	case isPFX(sequence):
		held, err = readPFX(element, password)
	case sequence.PeekASN1Tag(asn1.INTEGER):
		var key publicKey
		if key, err = privateKey(element); err == nil {
			held.keys = []publicKey{key}
		}
	case isEncryptedKey(sequence):
		err = errEncryptedKey
	default:
		held.entries = []entry{{der: slices.Clone(element)}}
		for rest.ReadASN1Element(&element, asn1.SEQUENCE) {
			held.entries = append(held.entries, entry{der: slices.Clone(element)})
		}
	}
	if err == nil && len(rest) > 0 {
		held.note("left out %d bytes at byte %d, after the end of the data", len(rest), len(data)-len(rest))
	}
	return held, err
}

// isPFX says whether a sequence begins as PKCS#12's PFX does: its version, 3,
// and a content with an object identifier.
func isPFX(sequence cryptobyte.String) bool {
	var version int
	var content cryptobyte.String
	return sequence.ReadASN1Integer(&version) && version == 3 &&
		sequence.ReadASN1(&content, asn1.SEQUENCE) && content.PeekASN1Tag(asn1.OBJECT_IDENTIFIER)
}

// readPFX reads a PKCS#12 file, .pfx.
func readPFX(data []byte, password passwordFunc) (contents, error) {
	file, err := pkcs12.Read(data, password)
	if err != nil {
		return contents{}, err
	}
	held := contents{notes: file.Notes}
	for _, c := range file.Certificates {
		held.entries = append(held.entries, entry{der: c.DER, friendlyName: c.FriendlyName})
	}
	for i, der := range file.Keys {
		key, err := privateKey(der)
		clear(der)
		if err != nil {
			held.note("left out private key %d of %d: %v", i+1, len(file.Keys), err)
			continue
		}
		held.keys = append(held.keys, key)
	}
	return held, nil
}

// cutOff says whether data looks like the beginning of DER, and of how many
// bytes. Only the long form of a length counts: in the short one a file would
// be shorter than any certificate, or text that begins with the digit 0.
func cutOff(data []byte) (expected int, ok bool) {
	if len(data) < 5 || data[0] != 0x30 || data[1] < 0x81 || data[1] > 0x83 {
		return 0, false
	}
	digits := int(data[1] & 0x7f)
	for _, b := range data[2 : 2+digits] {
		expected = expected<<8 | int(b)
	}
	expected += 2 + digits
	return expected, expected > len(data)
}
