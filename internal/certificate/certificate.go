// Package certificate reads X.509 certificates as Windows does: it accepts what
// crypto/x509 rejects, such as negative serial numbers, unusual encodings,
// damaged extensions and trailing bytes, and notes what it found. It does not
// implement verification: crypto/x509 verifies signatures, and the result is
// unknown if it cannot.
package certificate

import (
	"bytes"
	"crypto/sha1"
	"crypto/x509"
	"fmt"
	"math/big"
	"time"

	"github.com/transportcert/transportcert/internal/der"
)

// maxSize limits the size of a certificate, in bytes. A certificate with a
// thousand names is far smaller.
const maxSize = 256 << 10

// A Certificate is the content of a DER certificate.
type Certificate struct {
	DER                    []byte
	Version                int    // 1 to 3; other values occur
	SerialNumber           []byte // as encoded, which is what Windows shows
	Subject, Issuer        string // ordered and quoted as in Windows
	RawSubject, RawIssuer  []byte // DER
	CommonNames, DNSNames  []string
	NotBefore, NotAfter    time.Time
	KeyAlgorithm           string // as crypto/x509 names it, or its OID
	KeyBits                int    // 0: unknown
	SignatureAlgorithm     string // as crypto/x509 names it, or its OID
	IsCA                   bool   // according to the basic constraints
	MaxPathLen             int    // in the basic constraints; -1: none
	CannotSignCertificates bool   // according to the key usage

	// ExtendedKeyUsages are the OIDs of the extended key usage extension. Nil:
	// the certificate has no such extension or, with UsagesUnknown, it could
	// not be read.
	ExtendedKeyUsages []string
	UsagesUnknown     bool

	// CriticalExtensions are the OIDs of the critical extensions that neither
	// this package nor crypto/x509 processes.
	CriticalExtensions []string

	// Constrained means that there are constraints on names or policies, which
	// crypto/x509 checks. UncheckedNames means that it does not check all of
	// them.
	Constrained, UncheckedNames bool

	// Notes say what was damaged or ignored. Each is the end of a sentence that
	// begins with the certificate's name.
	Notes []string

	tbs, spki []byte // the signed data; the subject's public key info
	key       []byte // the key without its algorithm
	algorithm algorithm
	signature []byte
}

func (c *Certificate) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// damaged notes that a part is damaged, if there is an error.
func (c *Certificate) damaged(part string, err error) {
	if err != nil {
		c.note("has a damaged %s, of which only the beginning was read: %v", part, err)
	}
}

// Thumbprint returns the SHA-1 of a DER certificate in 40 uppercase hex digits.
func Thumbprint(der []byte) string { return fmt.Sprintf("%X", sha1.Sum(der)) }

// Parse reads a certificate (RFC 5280, 4.1). Damage in names, key and
// extensions is noted and ignored. Without the rest there is no certificate;
// the error then names the byte and what was expected there.
func Parse(data []byte) (*Certificate, error) {
	var err error
	c := &Certificate{Version: 1, DNSNames: []string{}, MaxPathLen: -1}
	file := der.NewReader(data, &err)
	whole := file.Take(der.TagSequence, "a certificate")
	if size := len(whole.Full()); err == nil && size > maxSize {
		file.Fail(whole, "a certificate is longer than %d bytes", maxSize)
	}
	if left := len(data) - file.Offset(); err == nil && left > 0 {
		c.note("is followed by %d bytes that do not belong to it and are ignored", left)
	}
	parts := whole.Inside(&err)
	tbs := parts.Take(der.TagSequence, "TBSCertificate")
	algorithm := parts.Take(der.TagSequence, "signatureAlgorithm")
	signature := parts.Take(der.TagBitString, "signatureValue")

	r := tbs.Inside(&err)
	if explicit, ok := r.Optional(der.TagExplicit0, "version"); ok {
		v := explicit.Inside(&err)
		version := v.Take(der.TagInteger, "version")
		if b := version.Content(); err == nil && (len(b) != 1 || b[0] > 0x7e) {
			v.Fail(version, "expected a version, found %.20X", b)
		} else if err == nil {
			c.Version = int(b[0]) + 1
		}
	}
	c.SerialNumber = r.Take(der.TagInteger, "serialNumber").Content()
	r.Take(der.TagSequence, "signature")
	issuer := r.Take(der.TagSequence, "issuer")
	validity := r.Take(der.TagSequence, "validity").Inside(&err)
	c.NotBefore = validity.Time("notBefore")
	c.NotAfter = validity.Time("notAfter")
	subject := r.Take(der.TagSequence, "subject")
	spki := r.Take(der.TagSequence, "subjectPublicKeyInfo")
	for _, tag := range []byte{0x81, 0xa1, 0x82, 0xa2} { // unique identifiers of version 2
		r.Optional(tag, "a unique identifier")
	}
	extensions, hasExtensions := r.Optional(0xa3, "extensions")
	if err != nil {
		return nil, err
	}

	c.DER, c.tbs, c.spki = whole.Full(), tbs.Full(), spki.Full()
	c.RawIssuer, c.RawSubject = issuer.Full(), subject.Full()
	var damage error
	c.Issuer, _, damage = name(issuer)
	c.damaged("issuer", damage)
	c.Subject, c.CommonNames, damage = name(subject)
	c.damaged("subject", damage)
	c.damaged("public key", c.readKey(spki))
	c.damaged("signature algorithm", c.readSignature(algorithm, signature))
	if hasExtensions {
		c.damaged("list of extensions", c.readExtensions(extensions))
	}
	return c, nil
}

// SelfIssued reports whether issuer and subject are the same name.
func (c *Certificate) SelfIssued() bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// SelfSigned reports whether the certificate is signed with its own key. It
// returns nil if issuer and subject are the same but the signature could not be
// verified; a note then gives the reason.
func (c *Certificate) SelfSigned() *bool {
	yes := false
	if c.SelfIssued() {
		switch err := c.CheckSignatureFrom(c); err {
		case nil:
			yes = true
		case ErrSignature:
		default:
			c.note("names itself as its issuer, but could not be verified to be self-signed: %v", err)
			return nil
		}
	}
	return &yes
}

// Go returns the certificate as crypto/x509 parses it, or its error.
func (c *Certificate) Go() (*x509.Certificate, error) { return x509.ParseCertificate(c.DER) }

// readKey reads the algorithm and the size of the public key.
func (c *Certificate) readKey(spki der.Element) error {
	var err error
	r := spki.Inside(&err)
	algorithm := r.Take(der.TagSequence, "the key's algorithm").Inside(&err)
	id := algorithm.OID("the key's algorithm")
	key := r.Take(der.TagBitString, "the key")
	c.key = key.Bits()
	integer := func(r *der.Reader) int {
		return new(big.Int).SetBytes(r.Take(der.TagInteger, "an integer").Content()).BitLen()
	}
	switch c.KeyAlgorithm = id; id {
	case oidRSA, oidRSAPSS:
		c.KeyAlgorithm = "RSA"
		c.KeyBits = integer(key.InsideBits(&err).Take(der.TagSequence, "RSAPublicKey").Inside(&err)) // the modulus
	case "1.2.840.10040.4.1":
		c.KeyAlgorithm = "DSA"
		c.KeyBits = integer(algorithm.Take(der.TagSequence, "DSA parameters").Inside(&err)) // p
	case "1.2.840.10045.2.1":
		c.KeyAlgorithm = "ECDSA"
		// The point is one byte and both coordinates, or only x if it is
		// compressed.
		if len(c.key) > 1 {
			c.KeyBits = (len(c.key) - 1) * 8
			if c.key[0] == 4 {
				c.KeyBits /= 2
			}
			if c.KeyBits == 528 {
				c.KeyBits = 521 // P-521 pads its coordinates
			}
		}
	case "1.3.101.112":
		c.KeyAlgorithm, c.KeyBits = "Ed25519", 256
	}
	return err
}
