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
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/text/encoding/unicode"
)

// maxIterations bounds the rounds of key derivation for one file and
// password, so that a hostile file costs seconds. Windows uses 2,000 for a
// key; programs that are careful some 100,000.
const maxIterations = 10_000_000

var errWrongPassword = errors.New("its password is wrong")

// hashes by object identifier: as a digest, and as PBKDF2's function with HMAC.
var (
	digests = map[string]func() hash.Hash{
		"1.3.14.3.2.26":          sha1.New,
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
	oidRC2Bits128 = "1.2.840.113549.1.12.1.5"
	oidRC2Bits40  = "1.2.840.113549.1.12.1.6"
)

// aesKeySizes are the key sizes in bytes of AES in CBC mode.
var aesKeySizes = map[string]int{
	"2.16.840.1.101.3.4.1.2":  16,
	"2.16.840.1.101.3.4.1.22": 24,
	"2.16.840.1.101.3.4.1.42": 32,
}

// What the key derivation of RFC 7292, B.3 makes.
const (
	deriveKey = 1
	deriveIV  = 2
	deriveMAC = 3
)

// A decrypter works with one password. Its zero value has the empty one as some
// programs take it: without the end mark of the text.
type decrypter struct {
	utf8  string // for PBES2 and PBMAC1
	utf16 []byte // for the others: big-endian, with a zero at the end
	spent int    // rounds of key derivation
}

func newDecrypter(password []byte) *decrypter {
	text, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes(password)
	if err != nil {
		text = nil // not reached: the encoder takes any UTF-8
	}
	return &decrypter{utf8: string(password), utf16: append(text, 0, 0)}
}

// spend counts rounds of key derivation.
func (d *decrypter) spend(rounds int) error {
	if rounds < 1 || rounds > maxIterations-d.spent {
		return fmt.Errorf("expected at most %d rounds of key derivation in a file, found one of %d after %d", maxIterations, rounds, d.spent)
	}
	d.spent += rounds
	return nil
}

// verify checks the code that shows that content was made with the password.
func (d *decrypter) verify(mac macData, content []byte) error {
	algorithm := mac.Digest.Algorithm.Algorithm.String()
	newHash, known := digests[algorithm]
	var key []byte
	var err error
	switch {
	case algorithm == oidPBMAC1:
		var parameters struct{ KDF, MAC pkix.AlgorithmIdentifier }
		if err := unmarshal(mac.Digest.Algorithm.Parameters.FullBytes, &parameters); err != nil {
			return fmt.Errorf("authentication code: %w", err)
		}
		if newHash, known = hmacs[parameters.MAC.Algorithm.String()]; !known {
			return fmt.Errorf("authentication code: %v is not known here", parameters.MAC.Algorithm)
		}
		key, err = d.pbkdf2(parameters.KDF, newHash().Size())
	case known:
		key, err = d.derive(newHash, deriveMAC, mac.Salt, mac.Iterations, newHash().Size())
	default:
		return fmt.Errorf("authentication code: %s is not known here", algorithm)
	}
	if err != nil {
		return fmt.Errorf("authentication code: %w", err)
	}
	code := hmac.New(newHash, key)
	code.Write(content)
	if !hmac.Equal(code.Sum(nil), mac.Digest.Value) {
		return errWrongPassword
	}
	return nil
}

// decrypt returns data in clear, or errWrongPassword.
func (d *decrypter) decrypt(algorithm pkix.AlgorithmIdentifier, data []byte) ([]byte, error) {
	mode, err := d.mode(algorithm)
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
	// What is encrypted here is a sequence, always. Without this, one wrong
	// password in 256 would get by.
	if end == 0 || clearText[0] != 0x30 {
		return nil, errWrongPassword
	}
	return clearText[:end], nil
}

func (d *decrypter) mode(algorithm pkix.AlgorithmIdentifier) (cipher.BlockMode, error) {
	oid := algorithm.Algorithm.String()
	if oid == oidPBES2 {
		return d.pbes2(algorithm.Parameters.FullBytes)
	}
	keySize := map[string]int{oid3DES: 24, oidRC2Bits128: 16, oidRC2Bits40: 5}[oid]
	if keySize == 0 {
		return nil, fmt.Errorf("its encryption (%s) is not known here: expected AES, 3DES or RC2", oid)
	}
	var parameters struct {
		Salt       []byte
		Iterations int
	}
	if err := unmarshal(algorithm.Parameters.FullBytes, &parameters); err != nil {
		return nil, fmt.Errorf("parameters of its encryption: %w", err)
	}
	key, err := d.derive(sha1.New, deriveKey, parameters.Salt, parameters.Iterations, keySize)
	if err != nil {
		return nil, err
	}
	iv, err := d.derive(sha1.New, deriveIV, parameters.Salt, parameters.Iterations, des.BlockSize)
	if err != nil {
		return nil, err
	}
	if oid != oid3DES {
		return newRC2Decrypter(key, iv), nil
	}
	block, err := des.NewTripleDESCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewCBCDecrypter(block, iv), nil
}

// pbes2 is the scheme of RFC 8018, 6.2, here with PBKDF2 and AES.
func (d *decrypter) pbes2(der []byte) (cipher.BlockMode, error) {
	var parameters struct{ KDF, Encryption pkix.AlgorithmIdentifier }
	if err := unmarshal(der, &parameters); err != nil {
		return nil, fmt.Errorf("parameters of its encryption: %w", err)
	}
	keySize, known := aesKeySizes[parameters.Encryption.Algorithm.String()]
	if !known {
		return nil, fmt.Errorf("its encryption (%v) is not known here: expected AES-CBC", parameters.Encryption.Algorithm)
	}
	iv := parameters.Encryption.Parameters.Bytes
	if len(iv) != aes.BlockSize {
		return nil, fmt.Errorf("parameters of its encryption: expected %d bytes, found %d", aes.BlockSize, len(iv))
	}
	key, err := d.pbkdf2(parameters.KDF, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewCBCDecrypter(block, iv), nil
}

func (d *decrypter) pbkdf2(algorithm pkix.AlgorithmIdentifier, keySize int) ([]byte, error) {
	if algorithm.Algorithm.String() != oidPBKDF2 {
		return nil, fmt.Errorf("its key derivation (%v) is not known here: expected PBKDF2", algorithm.Algorithm)
	}
	var parameters struct {
		Salt       []byte
		Iterations int
		KeySize    int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
	if err := unmarshal(algorithm.Parameters.FullBytes, &parameters); err != nil {
		return nil, fmt.Errorf("parameters of PBKDF2: %w", err)
	}
	if parameters.KeySize != 0 && parameters.KeySize != keySize {
		return nil, fmt.Errorf("parameters of PBKDF2: expected a key of %d bytes, found %d", keySize, parameters.KeySize)
	}
	newHash, known := hmacs[parameters.PRF.Algorithm.String()]
	if !known {
		return nil, fmt.Errorf("parameters of PBKDF2: %v is not known here", parameters.PRF.Algorithm)
	}
	if err := d.spend(parameters.Iterations); err != nil {
		return nil, err
	}
	return pbkdf2.Key(newHash, d.utf8, parameters.Salt, parameters.Iterations, keySize)
}

// derive is the key derivation of RFC 7292, B.2, for up to two hashes' worth
// of size bytes.
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
		// Each block of the input grows by the sum, plus one.
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
