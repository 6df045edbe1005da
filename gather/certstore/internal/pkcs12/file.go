// Package pkcs12 reads PKCS#12 files (.pfx, RFC 7292) as Windows exports them
// from a certificate store: any number of certificates and private keys, with
// friendly names among attributes of Windows' own.
//
// The libraries for Go read files with one private key, refuse or drop the
// attributes, and do as many rounds of key derivation as a file asks for.
package pkcs12

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// maxBagDepth bounds how deep bags lie in bags.
const maxBagDepth = 4

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}

	oidKeyBag          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidSafeContentsBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}

	oidX509Certificate = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidFriendlyName    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
)

type pdu struct {
	Version  int
	AuthSafe contentInfo
	MAC      macData `asn1:"optional"`
}

type contentInfo struct {
	ContentType asn1.ObjectIdentifier
	Content     asn1.RawValue `asn1:"tag:0,explicit,optional"`
}

type macData struct {
	Digest struct {
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
	}
	Salt       []byte
	Iterations int `asn1:"optional,default:1"`
}

type encryptedData struct {
	Version int
	Content struct {
		ContentType asn1.ObjectIdentifier
		Algorithm   pkix.AlgorithmIdentifier
		Value       []byte `asn1:"tag:0,optional"`
	}
}

type safeBag struct {
	ID         asn1.ObjectIdentifier
	Value      asn1.RawValue `asn1:"tag:0,explicit"`
	Attributes []struct {
		ID     asn1.ObjectIdentifier
		Values asn1.RawValue
	} `asn1:"set,optional"`
}

type certBag struct {
	ID   asn1.ObjectIdentifier
	Data []byte `asn1:"tag:0,explicit"`
}

type encryptedPrivateKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// A File is what a PKCS#12 file holds.
type File struct {
	Certificates []Certificate
	Keys         [][]byte // private keys in clear, PKCS#8
	Notes        []string // what was left out
}

// A Certificate is one with what the file says about it.
type Certificate struct {
	DER          []byte
	FriendlyName string // empty: none
}

// Read reads a PKCS#12 file in DER. The empty password is tried first, in both
// forms in which programs write it; password, which returns UTF-8, is called
// where that does not open the file, and what it returns is overwritten. An
// error says what is damaged or not known here, or that the password is wrong.
// It says nothing of password and keys.
func Read(data []byte, password func() ([]byte, error)) (*File, error) {
	var p pdu
	var content []byte
	if err := unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("its PKCS#12 structure is damaged: %w", err)
	}
	if !p.AuthSafe.ContentType.Equal(oidData) {
		return nil, fmt.Errorf("expected PKCS#12 with a password (%v), found %v", oidData, p.AuthSafe.ContentType)
	}
	if err := unmarshal(p.AuthSafe.Content.Bytes, &content); err != nil {
		return nil, fmt.Errorf("its PKCS#12 structure is damaged: %w", err)
	}
	for _, empty := range []*decrypter{newDecrypter(nil), {}} {
		file, err := p.open(content, empty)
		if !errors.Is(err, errWrongPassword) {
			return file, err
		}
	}
	given, err := password()
	if err != nil {
		return nil, err
	}
	defer clear(given)
	if !utf8.Valid(given) {
		return nil, errors.New("expected its password in UTF-8")
	}
	return p.open(content, newDecrypter(given))
}

// open checks the password against the file and reads the safes in content.
func (p *pdu) open(content []byte, password *decrypter) (*File, error) {
	if p.MAC.Digest.Algorithm.Algorithm != nil {
		if err := password.verify(p.MAC, content); err != nil {
			return nil, err
		}
	}
	var safes []contentInfo
	if err := unmarshal(content, &safes); err != nil {
		return nil, fmt.Errorf("its PKCS#12 safes are damaged: %w", err)
	}
	file := &File{}
	for i, safe := range safes {
		if err := file.addSafe(safe, password); err != nil {
			return nil, fmt.Errorf("its PKCS#12 safe %d of %d: %w", i+1, len(safes), err)
		}
	}
	return file, nil
}

func (f *File) addSafe(safe contentInfo, password *decrypter) error {
	var data []byte
	switch {
	case safe.ContentType.Equal(oidData):
		if err := unmarshal(safe.Content.Bytes, &data); err != nil {
			return err
		}
	case safe.ContentType.Equal(oidEncryptedData):
		var encrypted encryptedData
		if err := unmarshal(safe.Content.Bytes, &encrypted); err != nil {
			return err
		}
		var err error
		if data, err = password.decrypt(encrypted.Content.Algorithm, encrypted.Content.Value); err != nil {
			return err
		}
		defer clear(data)
	default:
		return fmt.Errorf("expected data that is plain or has a password, found %v", safe.ContentType)
	}
	return f.addBags(data, password, 1)
}

func (f *File) addBags(data []byte, password *decrypter, depth int) error {
	if depth > maxBagDepth {
		return fmt.Errorf("bags lie more than %d deep in bags", maxBagDepth)
	}
	var bags []safeBag
	if err := unmarshal(data, &bags); err != nil {
		return err
	}
	for _, bag := range bags {
		switch {
		case bag.ID.Equal(oidCertBag):
			var certificate certBag
			if err := unmarshal(bag.Value.Bytes, &certificate); err != nil {
				return err
			}
			if !certificate.ID.Equal(oidX509Certificate) {
				f.note("left out a certificate of a kind other than X.509 (%v)", certificate.ID)
				continue
			}
			f.Certificates = append(f.Certificates, Certificate{slices.Clone(certificate.Data), f.friendlyName(bag)})
		case bag.ID.Equal(oidKeyBag):
			f.Keys = append(f.Keys, slices.Clone(bag.Value.Bytes))
		case bag.ID.Equal(oidShroudedKeyBag):
			var encrypted encryptedPrivateKey
			if err := unmarshal(bag.Value.Bytes, &encrypted); err != nil {
				return err
			}
			key, err := password.decrypt(encrypted.Algorithm, encrypted.Data)
			if err != nil {
				return fmt.Errorf("private key: %w", err)
			}
			f.Keys = append(f.Keys, key)
		case bag.ID.Equal(oidSafeContentsBag):
			if err := f.addBags(bag.Value.Bytes, password, depth+1); err != nil {
				return err
			}
		default:
			f.note("left out a bag that holds neither certificate nor private key (%v)", bag.ID)
		}
	}
	return nil
}

func (f *File) note(format string, args ...any) {
	f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
}

// friendlyName returns the name among a bag's attributes, empty if there is none.
func (f *File) friendlyName(bag safeBag) string {
	for _, attribute := range bag.Attributes {
		if !attribute.ID.Equal(oidFriendlyName) {
			continue
		}
		var value asn1.RawValue
		if err := unmarshal(attribute.Values.Bytes, &value); err == nil && value.Tag == asn1.TagBMPString {
			if name, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(value.Bytes); err == nil {
				return string(bytes.TrimRight(name, "\x00"))
			}
		}
		f.note("certificate %d: left out its friendly name, which is not text", len(f.Certificates)+1)
	}
	return ""
}

// unmarshal decodes DER that must end where the value ends.
func unmarshal(data []byte, into any) error {
	rest, err := asn1.Unmarshal(data, into)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes follow its end", len(rest))
	}
	return err
}
