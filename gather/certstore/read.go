package certstore

import (
	"errors"
	"fmt"
	"slices"

	"github.com/transportcert/transportcert/gather/certstore/internal/pkcs12"
	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/der"
	"github.com/transportcert/transportcert/internal/files"
)

var errNoFormat = errors.New("it is neither PEM, DER, PKCS#7, PKCS#12 nor a serialized store")

// Passwords opens the file that is being read.
type passwords struct {
	ask    func() ([]byte, error)
	rounds *pkcs12.Rounds // left for key derivation
}

// read reads a file in any of the formats. Its slices do not share data's
// memory.
func read(data []byte, password passwords) (contents, error) {
	if len(data) == 0 {
		return contents{}, errors.New("it is empty")
	}
	// Binary formats have no byte order mark.
	blocks, err := files.PEM(data)
	if err != nil {
		return contents{}, err
	}
	if len(blocks) > 0 {
		return readPEM(blocks, password)
	}
	return readBinary(data, password)
}

// readBinary reads a file that is not PEM.
func readBinary(data []byte, password passwords) (contents, error) {
	if isSerializedStore(data) {
		return readSerializedStore(data)
	}
	return readDER(data, password)
}

// readDER reads a file that is one ASN.1 value, or a series of certificates.
// The first fields show which.
func readDER(data []byte, password passwords) (contents, error) {
	var err error
	file := der.NewReader(data, &err)
	whole := file.Take(der.TagSequence, "a sequence")
	if err != nil {
		if expected, ok := truncated(data); ok {
			return contents{}, fmt.Errorf("it is truncated: expected %d bytes, found %d", expected, len(data))
		}
		if len(data) > 1 && data[0] == der.TagSequence && data[1] == 0x80 {
			return contents{}, fmt.Errorf("its BER is damaged: %w", err)
		}
		return contents{}, errNoFormat
	}
	end := file.Offset()
	var held contents
	switch first := whole.Inside(&err).Next(); {
	case first == der.TagOID:
		held, err = readPKCS7(whole)
	case isPFX(whole):
		held, err = readPFX(whole.Full(), password)
	case first == der.TagInteger:
		var key publicKey
		if key, err = privateKey(whole.Full()); err == nil {
			held.keys = []publicKey{key}
		}
	case isEncryptedKey(whole):
		err = errEncryptedKey
	default:
		held.entries = []entry{{der: slices.Clone(whole.Full())}}
		for file.More() {
			next := file.Take(der.TagSequence, "a certificate")
			if _, isNone := certificate.Parse(next.Full()); err != nil || isNone != nil {
				err = nil // the rest is skipped, with a note
				break
			}
			held.entries = append(held.entries, entry{der: slices.Clone(next.Full())})
			end = file.Offset()
		}
	}
	if left := len(data) - end; err == nil && left > 0 {
		held.note("skipped %d bytes at byte %d, after the end of the data", left, end)
	}
	return held, err
}

// isPFX reports whether a sequence begins like the PFX of PKCS#12: with version
// 3 and a content with an object identifier.
func isPFX(sequence der.Element) bool {
	var err error
	r := sequence.Inside(&err)
	version := r.Int("version")
	content := r.Take(der.TagSequence, "authSafe").Inside(&err)
	return version == 3 && content.Next() == der.TagOID
}

// readPFX reads a PKCS#12 file, .pfx.
func readPFX(data []byte, password passwords) (contents, error) {
	file, err := pkcs12.Read(data, password.ask, password.rounds)
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
			held.note("skipped private key %d of %d: %v", i+1, len(file.Keys), err)
			continue
		}
		held.keys = append(held.keys, key)
	}
	return held, nil
}

// truncated reports whether data looks like the beginning of DER, and how many
// bytes to expect. Only the long form of a length counts: a file with the short
// form would be shorter than any certificate, or text that begins with the
// digit 0.
func truncated(data []byte) (expected int, ok bool) {
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
