package pkcs12

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/internal/der"
)

// maxIterations limits the rounds of key derivation for one file and password,
// so that a malicious file costs seconds. Windows uses 2,000 for a key;
// security-minded programs use about 100,000.
const maxIterations = 10_000_000

// Rounds is the number of rounds of key derivation left for all files of a run.
// A run starts with MaxRounds: enough for ten thousand files written by
// Windows, or for minutes of malicious ones.
type Rounds int

// MaxRounds is the number of rounds that a run may use.
const MaxRounds Rounds = 100_000_000

var errWrongPassword = errors.New("its password is wrong")

// hashes by object identifier: as a digest, and as the HMAC of PBKDF2.
var (
	digests = map[string]func() hash.Hash{
		"1.3.14.3.2.26":          sha1.New,
		"2.16.840.1.101.3.4.2.4": sha256.New224,
		"2.16.840.1.101.3.4.2.1": sha256.New,
		"2.16.840.1.101.3.4.2.2": sha512.New384,
		"2.16.840.1.101.3.4.2.3": sha512.New,
	}
	hmacs = map[string]func() hash.Hash{
		"":                    sha1.New, // the default, RFC 8018, A.2
		"1.2.840.113549.2.7":  sha1.New,
		"1.2.840.113549.2.8":  sha256.New224,
		"1.2.840.113549.2.9":  sha256.New,
		"1.2.840.113549.2.10": sha512.New384,
		"1.2.840.113549.2.11": sha512.New,
	}
)

const (
	oidPBES2      = "1.2.840.113549.1.5.13"
	oidPBKDF2     = "1.2.840.113549.1.5.12"
	oidPBMAC1     = "1.2.840.113549.1.5.14"
	oid3DES       = "1.2.840.113549.1.12.1.3" // with SHA-1, three keys
	oid3DES2Keys  = "1.2.840.113549.1.12.1.4"
	oidRC2Bits128 = "1.2.840.113549.1.12.1.5"
	oidRC2Bits40  = "1.2.840.113549.1.12.1.6"
)

// blockCiphers are the ciphers of PBES2, in CBC mode.
var blockCiphers = map[string]struct {
	keySize int // bytes
	block   func(key []byte) (cipher.Block, error)
}{
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
}

// unsupported names algorithms that programs offer and this package does not
// support.
var unsupported = map[string]string{
	"1.2.840.113549.1.5.3":      "DES with MD5",
	"1.2.840.113549.1.5.10":     "DES with SHA-1",
	"1.2.840.113549.1.12.1.1":   "RC4 with 128 bits",
	"1.2.840.113549.1.12.1.2":   "RC4 with 40 bits",
	"1.2.840.113549.3.2":        "RC2-CBC",
	"1.3.14.3.2.7":              "DES-CBC",
	"2.16.840.1.101.3.4.1.6":    "AES-128-GCM",
	"2.16.840.1.101.3.4.1.26":   "AES-192-GCM",
	"2.16.840.1.101.3.4.1.46":   "AES-256-GCM",
	"1.2.392.200011.61.1.1.1.2": "Camellia-128-CBC",
	"1.2.392.200011.61.1.1.1.3": "Camellia-192-CBC",
	"1.2.392.200011.61.1.1.1.4": "Camellia-256-CBC",
	"1.2.410.200046.1.1.2":      "ARIA-128-CBC",
	"1.2.410.200046.1.1.7":      "ARIA-192-CBC",
	"1.2.410.200046.1.1.12":     "ARIA-256-CBC",
	"1.2.410.200004.1.4":        "SEED-CBC",
	"1.2.156.10197.1.104.2":     "SM4-CBC",
	"1.2.643.2.2.21":            "GOST 28147-89",
	"1.3.6.1.4.1.11591.4.11":    "scrypt",
	"1.2.840.113549.2.5":        "MD5",
	"1.2.840.113549.2.6":        "HMAC with MD5",
	"1.2.840.113549.2.12":       "HMAC with SHA-512/224",
	"1.2.840.113549.2.13":       "HMAC with SHA-512/256",
	"2.16.840.1.101.3.4.2.5":    "SHA-512/224",
	"2.16.840.1.101.3.4.2.6":    "SHA-512/256",
	"2.16.840.1.101.3.4.2.8":    "SHA3-256",
	"2.16.840.1.101.3.4.2.10":   "SHA3-512",
	"2.16.840.1.101.3.4.2.14":   "HMAC with SHA3-256",
	"2.16.840.1.101.3.4.2.16":   "HMAC with SHA3-512",
	"1.3.36.3.2.1":              "RIPEMD-160",
	"1.2.156.10197.1.401":       "SM3",
	"1.2.643.7.1.1.2.2":         "Streebog-256",
	"1.2.643.7.1.1.2.3":         "Streebog-512",
}

// named returns an algorithm's name, if known, and its OID.
func named(oid string) string {
	if name := unsupported[oid]; name != "" {
		return name + " (" + oid + ")"
	}
	return oid
}

// The purposes of the key derivation of RFC 7292, B.3.
const (
	deriveKey = 1
	deriveIV  = 2
	deriveMAC = 3
)

// A decrypter works with one password. If both fields are empty, it uses the
// empty password as some programs encode it: without the terminator.
type decrypter struct {
	utf8  string // for PBES2 and PBMAC1
	utf16 []byte // for the others: big-endian, with a zero at the end
	spent int    // rounds of key derivation
	left  *Rounds
}

func newDecrypter(password []byte, left *Rounds) *decrypter {
	text, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes(password)
	if err != nil {
		text = nil // not reached: the encoder takes any UTF-8
	}
	return &decrypter{utf8: string(password), utf16: append(text, 0, 0), left: left}
}

// spend counts rounds of key derivation.
func (d *decrypter) spend(rounds int) error {
	if rounds < 1 || rounds > maxIterations-d.spent {
		return fmt.Errorf("expected 1 to %d rounds of key derivation in a file, found %d in addition to %d", maxIterations, rounds, d.spent)
	}
	if Rounds(rounds) > *d.left {
		return fmt.Errorf("expected at most %d rounds of key derivation in all files; %d are left, and this file needs %d more", MaxRounds, *d.left, rounds)
	}
	d.spent += rounds
	*d.left -= Rounds(rounds)
	return nil
}

// A mac is the code that proves that a file was made with its password.
type mac struct {
	method     algorithm
	value      []byte
	salt       []byte
	iterations int
}

func readMAC(r *der.Reader, err *error) *mac {
	data := r.Take(der.TagSequence, "MacData").Inside(err)
	info := data.Take(der.TagSequence, "DigestInfo").Inside(err)
	m := &mac{method: readAlgorithm(info, err), iterations: 1}
	m.value = octets(info, err)
	m.salt = octets(data, err)
	if data.More() {
		m.iterations = data.Int("iterations")
	}
	return m
}

// verify checks that the content was authenticated with the password.
func (d *decrypter) verify(m *mac, content []byte) (err error) {
	newHash, known := digests[m.method.oid]
	var key []byte
	switch {
	case m.method.oid == oidPBMAC1:
		parameters := m.method.parameters.Inside(&err)
		derivation, code := readAlgorithm(parameters, &err), readAlgorithm(parameters, &err)
		if err != nil {
			return fmt.Errorf("authentication code: %w", err)
		}
		if newHash, known = hmacs[code.oid]; !known {
			return fmt.Errorf("authentication code: %s is not supported", named(code.oid))
		}
		key, err = d.pbkdf2(derivation, newHash().Size())
	case known:
		key, err = d.derive(newHash, deriveMAC, m.salt, m.iterations, newHash().Size())
	default:
		return fmt.Errorf("authentication code: %s is not supported: expected SHA-1, SHA-2 or PBMAC1", named(m.method.oid))
	}
	if err != nil {
		return fmt.Errorf("authentication code: %w", err)
	}
	code := hmac.New(newHash, key)
	code.Write(content)
	if !hmac.Equal(code.Sum(nil), m.value) {
		return errWrongPassword
	}
	return nil
}

// decrypt returns the decrypted data, or errWrongPassword.
func (d *decrypter) decrypt(method algorithm, data []byte) ([]byte, error) {
	mode, err := d.mode(method)
	if err != nil {
		return nil, err
	}
	size := mode.BlockSize()
	if len(data) == 0 || len(data)%size != 0 {
		return nil, fmt.Errorf("expected encrypted blocks of %d bytes, found %d bytes", size, len(data))
	}
	clearText := make([]byte, len(data))
	mode.CryptBlocks(clearText, data)
	padding := int(clearText[len(clearText)-1])
	if padding < 1 || padding > size {
		return nil, errWrongPassword
	}
	end := len(clearText) - padding
	for _, b := range clearText[end:] {
		if int(b) != padding {
			return nil, errWrongPassword
		}
	}
	// The encrypted data is always a sequence. Without this check, one wrong
	// password in 256 would be accepted.
	if end == 0 || clearText[0] != 0x30 {
		return nil, errWrongPassword
	}
	return clearText[:end], nil
}

func (d *decrypter) mode(method algorithm) (_ cipher.BlockMode, err error) {
	if method.oid == oidPBES2 {
		return d.pbes2(method.parameters.Inside(&err))
	}
	keySize := map[string]int{oid3DES: 24, oid3DES2Keys: 16, oidRC2Bits128: 16, oidRC2Bits40: 5}[method.oid]
	if keySize == 0 {
		return nil, fmt.Errorf("its encryption, %s, is not supported: expected AES, 3DES or RC2", named(method.oid))
	}
	parameters := method.parameters.Inside(&err)
	salt, iterations := octets(parameters, &err), parameters.Int("iterations")
	if err != nil {
		return nil, fmt.Errorf("parameters of its encryption: %w", err)
	}
	key, err := d.derive(sha1.New, deriveKey, salt, iterations, keySize)
	if err != nil {
		return nil, err
	}
	iv, err := d.derive(sha1.New, deriveIV, salt, iterations, des.BlockSize)
	if err != nil {
		return nil, err
	}
	switch method.oid {
	case oidRC2Bits128, oidRC2Bits40:
		return newRC2Decrypter(key, iv), nil
	case oid3DES2Keys:
		key = append(key, key[:8]...)
	}
	block, err := des.NewTripleDESCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewCBCDecrypter(block, iv), nil
}

// pbes2 is the scheme of RFC 8018, 6.2, here with PBKDF2 and AES or 3DES.
func (d *decrypter) pbes2(parameters *der.Reader) (cipher.BlockMode, error) {
	err := parameters.Err()
	derivation, encryption := readAlgorithm(parameters, err), readAlgorithm(parameters, err)
	if *err != nil {
		return nil, fmt.Errorf("parameters of its encryption: %w", *err)
	}
	cipherOf, known := blockCiphers[encryption.oid]
	if !known {
		return nil, fmt.Errorf("its encryption, %s, is not supported: expected AES-CBC or 3DES-CBC", named(encryption.oid))
	}
	key, failed := d.pbkdf2(derivation, cipherOf.keySize)
	if failed != nil {
		return nil, failed
	}
	block, failed := cipherOf.block(key)
	if failed != nil {
		return nil, failed
	}
	iv := encryption.parameters.Content()
	if len(iv) != block.BlockSize() {
		return nil, fmt.Errorf("parameters of its encryption: expected %d bytes, found %d", block.BlockSize(), len(iv))
	}
	return cipher.NewCBCDecrypter(block, iv), nil
}

func (d *decrypter) pbkdf2(method algorithm, keySize int) (_ []byte, err error) {
	if method.oid != oidPBKDF2 {
		return nil, fmt.Errorf("its key derivation, %s, is not supported: expected PBKDF2", named(method.oid))
	}
	parameters := method.parameters.Inside(&err)
	salt, iterations := octets(parameters, &err), parameters.Int("iterationCount")
	if parameters.Next() == der.TagInteger {
		if size := parameters.Int("keyLength"); err == nil && size != keySize {
			return nil, fmt.Errorf("parameters of PBKDF2: expected a key of %d bytes, found %d", keySize, size)
		}
	}
	prf := algorithm{}
	if parameters.More() {
		prf = readAlgorithm(parameters, &err)
	}
	if err != nil {
		return nil, fmt.Errorf("parameters of PBKDF2: %w", err)
	}
	newHash, known := hmacs[prf.oid]
	if !known {
		return nil, fmt.Errorf("parameters of PBKDF2: %s is not supported", named(prf.oid))
	}
	if err := d.spend(iterations); err != nil {
		return nil, err
	}
	return pbkdf2.Key(newHash, d.utf8, salt, iterations, keySize)
}

// derive is the key derivation of RFC 7292, B.2, for a size of at most two
// hashes, in bytes.
func (d *decrypter) derive(newHash func() hash.Hash, purpose byte, salt []byte, iterations, size int) ([]byte, error) {
	h := newHash()
	v := h.BlockSize()
	input := append(fill(salt, v), fill(d.utf16, v)...)
	diversifier := make([]byte, v)
	for i := range diversifier {
		diversifier[i] = purpose
	}
	var out []byte
	for {
		if err := d.spend(iterations); err != nil {
			return nil, err
		}
		h.Reset()
		h.Write(diversifier)
		h.Write(input)
		sum := h.Sum(nil)
		for range iterations - 1 {
			h.Reset()
			h.Write(sum)
			sum = h.Sum(sum[:0])
		}
		if out = append(out, sum...); len(out) >= size {
			return out[:size], nil
		}
		// Each block of the input is increased by the sum plus one.
		b := fill(sum, v)[:v]
		for block := input; len(block) > 0; block = block[v:] {
			carry := 1
			for i := v - 1; i >= 0; i-- {
				carry += int(block[i]) + int(b[i])
				block[i] = byte(carry)
				carry >>= 8
			}
		}
	}
}

// fill repeats b until it fills whole blocks of v bytes.
func fill(b []byte, v int) []byte {
	filled := make([]byte, (len(b)+v-1)/v*v)
	for i := range filled {
		filled[i] = b[i%len(b)]
	}
	return filled
}
