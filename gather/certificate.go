package gather

import (
	"bytes"
	"crypto/sha1"
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// maxCertificate is the largest certificate that is read, in bytes. One with
// a thousand names stays far below it.
const maxCertificate = 256 << 10

// NewCertificate returns the facts that the DER of a certificate tells. What
// only a store or Exchange knows stays unknown: HasPrivateKey, Services and
// Trust.
//
// Windows accepts certificates that Go's crypto/x509 refuses: negative serial
// numbers, odd encodings, damaged extensions, bytes after the certificate. They
// are read here as far as they go. The notes, each the end of a sentence that
// begins with the certificate's name, say what Go refuses and what was left
// out. The error, with the byte offset and what was expected, is for bytes that
// are no certificate.
func NewCertificate(der []byte) (Certificate, []string, error) {
	c, err := parse(der)
	if err != nil {
		return Certificate{}, nil, err
	}
	if _, err := x509.ParseCertificate(c.der); err != nil {
		c.note("is read leniently, since Go refuses it: %v", err)
	}
	selfSigned := c.selfSigned()
	return Certificate{
		Thumbprint:         thumbprint(c.der),
		Version:            c.version,
		Subject:            c.subjectName,
		Issuer:             c.issuerName,
		SerialNumber:       fmt.Sprintf("%X", c.serial),
		SubjectCommonNames: c.commonNames,
		DNSNames:           c.dnsNames,
		NotBefore:          c.valid.from.Format(TimeFormat),
		NotAfter:           c.valid.until.Format(TimeFormat),
		SelfSigned:         selfSigned,
		Trust:              Trust{Chain: ChainUnknown},
		KeyAlgorithm:       c.keyAlgorithm,
		KeyBits:            c.keyBits,
		SignatureAlgorithm: c.algorithm.name,
		DER:                slices.Clone(c.der),
	}, c.notes, nil
}

func thumbprint(der []byte) string { return fmt.Sprintf("%X", sha1.Sum(der)) }

// A parsed certificate is what its DER says, for the facts and for chains.
type parsed struct {
	der, tbs                []byte // tbs: what is signed
	version                 int
	serial                  []byte // as encoded: Windows shows these bytes
	issuer, subject         []byte // DER, for comparison
	issuerName, subjectName string // for people
	commonNames, dnsNames   []string
	valid                   window
	spki                    []byte // subject public key info
	keyAlgorithm            string
	keyBits                 int
	algorithm               algorithm
	signature               []byte
	isCA                    bool // basic constraints say so
	maxPath                 int  // CA certificates that may follow; -1: any number
	noCertSign              bool // key usage forbids to sign certificates
	notes                   []string
}

func (c *parsed) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// damaged notes that a part is damaged, if it is.
func (c *parsed) damaged(part string, err error) {
	if err != nil {
		c.note("has a damaged %s, read up to there: %v", part, err)
	}
}

// A window is a period of time, both ends included.
type window struct{ from, until time.Time }

// parse reads a certificate (RFC 5280, 4.1). What is damaged in names, key and
// extensions is noted and left out; without the rest there is no certificate.
func parse(der []byte) (*parsed, error) {
	var err error
	c := &parsed{version: 1, dnsNames: []string{}, maxPath: -1}
	file := reader{doc: der, end: len(der), err: &err}
	whole := file.take(tagSequence, "a certificate")
	if left := len(der) - file.at; err == nil && left > 0 {
		c.note("is followed by %d bytes that do not belong to it and are left out", left)
	}
	parts := whole.inside(&err)
	tbs := parts.take(tagSequence, "TBSCertificate")
	algorithm := parts.take(tagSequence, "signatureAlgorithm")
	signature := parts.take(tagBitString, "signatureValue")

	r := tbs.inside(&err)
	if explicit, ok := r.optional(0xa0, "version"); ok {
		v := explicit.inside(&err).take(tagInteger, "version")
		if b := v.content(); err == nil && (len(b) != 1 || b[0] > 0x7e) {
			v.inside(&err).fail(v.start, "expected a version, found %X", b)
		} else if err == nil {
			c.version = int(b[0]) + 1
		}
	}
	c.serial = r.take(tagInteger, "serialNumber").content()
	r.take(tagSequence, "signature")
	issuer := r.take(tagSequence, "issuer")
	validity := r.take(tagSequence, "validity").inside(&err)
	c.valid.from = validity.time("notBefore")
	c.valid.until = validity.time("notAfter")
	subject := r.take(tagSequence, "subject")
	spki := r.take(tagSequence, "subjectPublicKeyInfo")
	for _, tag := range []byte{0x81, 0xa1, 0x82, 0xa2} { // unique identifiers of version 2
		r.optional(tag, "a unique identifier")
	}
	extensions, hasExtensions := r.optional(0xa3, "extensions")
	if err != nil {
		return nil, err
	}

	c.der, c.tbs, c.spki = whole.full(), tbs.full(), spki.full()
	c.issuer, c.subject = issuer.full(), subject.full()
	var damage error
	c.issuerName, _, damage = issuer.name()
	c.damaged("issuer", damage)
	c.subjectName, c.commonNames, damage = subject.name()
	c.damaged("subject", damage)
	c.damaged("public key", c.readKey(spki))
	c.damaged("signature algorithm", c.readSignature(algorithm, signature))
	if hasExtensions {
		c.damaged("list of extensions", c.readExtensions(extensions))
	}
	return c, nil
}

// readExtensions reads the extensions that matter here. Of several with the
// same OID Windows looks at the first.
func (c *parsed) readExtensions(list element) error {
	var err error
	read := map[string]bool{}
	for r := list.inside(&err).take(tagSequence, "extensions").inside(&err); r.more(); {
		x := r.take(tagSequence, "an extension").inside(&err)
		id := x.take(tagOID, "an extension's OID").oid()
		x.optional(tagBoolean, "critical")
		value := x.take(tagOctetString, "an extension's value")
		if err != nil {
			break
		}
		if read[id] {
			c.note("has the extension %s more than once: the first holds", id)
			continue
		}
		read[id] = true
		var damage error
		v := value.inside(&damage)
		switch id {
		case "2.5.29.17": // subject alternative name
			for names := v.take(tagSequence, "GeneralNames").inside(&damage); names.more(); {
				if name := names.next("a GeneralName"); damage == nil && name.tag == 0x82 { // dNSName
					c.dnsNames = append(c.dnsNames, latin1(name.content()))
				}
			}
			c.damaged("subject alternative name", damage)
		case "2.5.29.19": // basic constraints
			constraints := v.take(tagSequence, "BasicConstraints").inside(&damage)
			if ca, ok := constraints.optional(tagBoolean, "cA"); ok {
				c.isCA = !bytes.Equal(ca.content(), []byte{0})
			}
			if most, ok := constraints.optional(tagInteger, "pathLenConstraint"); ok {
				c.maxPath = 0 // what is out of range forbids
				if b := most.content(); len(b) == 1 && b[0] < 0x80 {
					c.maxPath = int(b[0])
				}
			}
			c.isCA = c.isCA && damage == nil
			c.damaged("basic constraints extension", damage)
		case "2.5.29.15": // key usage: keyCertSign is bit 5 of the first byte
			bits := v.take(tagBitString, "KeyUsage").content()
			c.noCertSign = len(bits) < 2 || bits[1]&0x04 == 0
			c.damaged("key usage extension", damage)
		}
	}
	return err
}

// readKey reads algorithm and size of the public key.
func (c *parsed) readKey(spki element) error {
	var err error
	r := spki.inside(&err)
	algorithm := r.take(tagSequence, "the key's algorithm").inside(&err)
	id := algorithm.take(tagOID, "the key's algorithm").oid()
	key := r.take(tagBitString, "the key")
	if key.value < key.end {
		key.value++ // the number of unused bits: none
	}
	integer := func(r *reader) int {
		return new(big.Int).SetBytes(r.take(tagInteger, "an integer").content()).BitLen()
	}
	switch c.keyAlgorithm = id; id {
	case "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10": // rsaEncryption, RSASSA-PSS
		c.keyAlgorithm = "RSA"
		c.keyBits = integer(key.inside(&err).take(tagSequence, "RSAPublicKey").inside(&err)) // the modulus
	case "1.2.840.10040.4.1":
		c.keyAlgorithm = "DSA"
		c.keyBits = integer(algorithm.take(tagSequence, "DSA parameters").inside(&err)) // p
	case "1.2.840.10045.2.1":
		c.keyAlgorithm = "ECDSA"
		// The point is one byte and its coordinates, x alone where it is compressed.
		if point := key.content(); len(point) > 1 {
			c.keyBits = (len(point) - 1) * 8
			if point[0] == 4 {
				c.keyBits /= 2
			}
			if c.keyBits == 528 {
				c.keyBits = 521 // P-521 fills its bytes up
			}
		}
	case "1.3.101.112":
		c.keyAlgorithm, c.keyBits = "Ed25519", 256
	}
	return err
}
