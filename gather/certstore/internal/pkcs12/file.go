// Package pkcs12 reads PKCS#12 files (.pfx, RFC 7292) as Windows exports them
// from a certificate store: any number of certificates and private keys, with
// friendly names among Windows-specific attributes.
//
// The available Go libraries read files with a single private key, reject or
// drop the attributes, and perform as many rounds of key derivation as a file
// asks for.
package pkcs12

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/internal/der"
)

// maxBagDepth limits how deep bags are nested.
const maxBagDepth = 4

const (
	oidData          = "1.2.840.113549.1.7.1"
	oidEncryptedData = "1.2.840.113549.1.7.6"

	oidKeyBag          = "1.2.840.113549.1.12.10.1.1"
	oidShroudedKeyBag  = "1.2.840.113549.1.12.10.1.2"
	oidCertBag         = "1.2.840.113549.1.12.10.1.3"
	oidSafeContentsBag = "1.2.840.113549.1.12.10.1.6"

	oidX509Certificate = "1.2.840.113549.1.9.22.1"
	oidFriendlyName    = "1.2.840.113549.1.9.20"
)

// A File is the content of a PKCS#12 file.
type File struct {
	Certificates []Certificate
	Keys         [][]byte // decrypted private keys, PKCS#8
	Notes        []string // what was skipped
}

// A Certificate is a certificate and what the file says about it.
type Certificate struct {
	DER          []byte
	FriendlyName string // empty: none
}

// A pfx is the outer structure of a file.
type pfx struct {
	content []byte // what the MAC protects: the safes
	mac     *mac   // nil: none
}

// An algorithm is an AlgorithmIdentifier.
type algorithm struct {
	oid        string
	parameters der.Element
}

// Read reads a PKCS#12 file in DER or BER. It first tries the empty password,
// in both encodings that programs use. If that fails, it calls password, which
// returns UTF-8; the returned bytes are overwritten. An error says what is
// damaged or not supported, or that the password is wrong, and never contains
// passwords or keys. The rounds of key derivation are subtracted from left.
func Read(data []byte, password func() ([]byte, error), left *Rounds) (*File, error) {
	p, err := readPFX(data)
	if err != nil {
		return nil, err
	}
	for _, empty := range []*decrypter{newDecrypter(nil, left), {left: left}} {
		file, err := p.open(empty)
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
	return p.open(newDecrypter(given, left))
}

func readPFX(data []byte) (p pfx, err error) {
	file := der.NewReader(data, &err)
	r := file.Take(der.TagSequence, "PFX").Inside(&err)
	r.Take(der.TagInteger, "version")
	kind, content := readContentInfo(r, &err)
	if err == nil && kind != oidData {
		return p, fmt.Errorf("expected PKCS#12 in password integrity mode (%s), found %s", oidData, kind)
	}
	p.content = octets(content, &err)
	if r.More() {
		p.mac = readMAC(r, &err)
	}
	if left := len(data) - file.Offset(); err == nil && left > 0 {
		err = fmt.Errorf("byte %d: %d bytes follow its end", file.Offset(), left)
	}
	if err != nil {
		return p, fmt.Errorf("its PKCS#12 structure is damaged: %w", err)
	}
	return p, nil
}

// readContentInfo reads a ContentInfo: its type, and the content of its [0].
func readContentInfo(r *der.Reader, err *error) (kind string, content *der.Reader) {
	info := r.Take(der.TagSequence, "ContentInfo").Inside(err)
	kind = info.OID("contentType")
	explicit, _ := info.Optional(der.TagExplicit0, "content")
	return kind, explicit.Inside(err)
}

// octets reads an OCTET STRING, whole or in parts.
func octets(r *der.Reader, err *error) []byte {
	if r.Next() == der.TagOctetString|der.Constructed {
		return r.Any("an OCTET STRING").Octets(err)
	}
	return r.Take(der.TagOctetString, "an OCTET STRING").Content()
}

func readAlgorithm(r *der.Reader, err *error) (a algorithm) {
	identifier := r.Take(der.TagSequence, "AlgorithmIdentifier").Inside(err)
	a.oid = identifier.OID("an algorithm")
	if identifier.More() {
		a.parameters = identifier.Any("its parameters")
	}
	return a
}

// open verifies the password and reads the safes.
func (p pfx) open(password *decrypter) (*File, error) {
	if p.mac != nil {
		if err := password.verify(p.mac, p.content); err != nil {
			return nil, err
		}
	}
	var err error
	file := &File{}
	i := 0
	for r := der.NewReader(p.content, &err).Take(der.TagSequence, "AuthenticatedSafe").Inside(&err); r.More(); {
		i++
		kind, content := readContentInfo(r, &err)
		if err != nil {
			break
		}
		if err := file.addSafe(kind, content, password); err != nil {
			return nil, fmt.Errorf("its PKCS#12 safe %d: %w", i, err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("its PKCS#12 safes are damaged: %w", err)
	}
	return file, nil
}

func (f *File) addSafe(kind string, content *der.Reader, password *decrypter) (err error) {
	var data []byte
	switch kind {
	case oidData:
		data = octets(content, content.Err())
	case oidEncryptedData:
		if data, err = decryptData(content, password); err != nil {
			return err
		}
		defer clear(data)
	default:
		return fmt.Errorf("expected data that is plain or password-protected, found %s", kind)
	}
	if err := *content.Err(); err != nil {
		return err
	}
	return f.addBags(der.NewReader(data, &err), password, 1)
}

// decryptData reads an EncryptedData (RFC 5652, 8).
func decryptData(r *der.Reader, password *decrypter) ([]byte, error) {
	err := r.Err()
	encrypted := r.Take(der.TagSequence, "EncryptedData").Inside(err)
	encrypted.Take(der.TagInteger, "version")
	info := encrypted.Take(der.TagSequence, "EncryptedContentInfo").Inside(err)
	info.OID("contentType")
	method := readAlgorithm(info, err)
	value := info.Any("encryptedContent").Octets(err)
	if *err != nil {
		return nil, *err
	}
	return password.decrypt(method, value)
}

func (f *File) addBags(data *der.Reader, password *decrypter, depth int) error {
	if depth > maxBagDepth {
		return fmt.Errorf("bags are nested more than %d deep", maxBagDepth)
	}
	err := data.Err()
	for bags := data.Take(der.TagSequence, "SafeContents").Inside(err); bags.More(); {
		bag := bags.Take(der.TagSequence, "SafeBag").Inside(err)
		kind := bag.OID("bagId")
		value := bag.Take(der.TagExplicit0, "bagValue").Inside(err)
		attributes, _ := bag.Optional(der.TagSet, "bagAttributes")
		if *err != nil {
			break
		}
		if err := f.addBag(kind, value, attributes.Inside(err), password, depth); err != nil {
			return err
		}
	}
	return *err
}

func (f *File) addBag(kind string, value, attributes *der.Reader, password *decrypter, depth int) error {
	err := value.Err()
	switch kind {
	case oidCertBag:
		bag := value.Take(der.TagSequence, "CertBag").Inside(err)
		id := bag.OID("certId")
		explicit := bag.Take(der.TagExplicit0, "certValue").Inside(err)
		if *err == nil && id != oidX509Certificate {
			f.note("skipped a certificate of a kind other than X.509 (%s)", id)
			return nil
		}
		certificate := slices.Clone(octets(explicit, err))
		if *err == nil {
			f.Certificates = append(f.Certificates, Certificate{certificate, f.friendlyName(attributes)})
		}
	case oidKeyBag:
		if key := value.Any("PrivateKeyInfo"); *err == nil {
			f.Keys = append(f.Keys, slices.Clone(key.Full()))
		}
	case oidShroudedKeyBag:
		encrypted := value.Take(der.TagSequence, "EncryptedPrivateKeyInfo").Inside(err)
		method := readAlgorithm(encrypted, err)
		data := octets(encrypted, err)
		if *err != nil {
			return *err
		}
		key, err := password.decrypt(method, data)
		if err != nil {
			return fmt.Errorf("private key: %w", err)
		}
		f.Keys = append(f.Keys, key)
	case oidSafeContentsBag:
		return f.addBags(value, password, depth+1)
	default:
		f.note("skipped a bag that contains neither a certificate nor a private key (%s)", kind)
	}
	return *err
}

func (f *File) note(format string, args ...any) {
	f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
}

// friendlyName returns the name among a bag's attributes, or "" if there is
// none.
func (f *File) friendlyName(attributes *der.Reader) string {
	err := attributes.Err()
	for attributes.More() {
		attribute := attributes.Take(der.TagSequence, "an attribute").Inside(err)
		if attribute.OID("attrId") != oidFriendlyName {
			continue
		}
		value := attribute.Take(der.TagSet, "attrValues").Inside(err).Any("a friendly name")
		if *err == nil && value.Tag == der.TagBMPString {
			if name, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(value.Content()); err == nil {
				return string(bytes.TrimRight(name, "\x00"))
			}
		}
		f.note("certificate %d: ignored its friendly name, which is not text", len(f.Certificates)+1)
	}
	return ""
}
