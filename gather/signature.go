package gather

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	_ "crypto/md5" // certificates of the last century sign themselves with it
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
)

// An algorithm is how a certificate is signed.
type algorithm struct {
	name string // as crypto/x509 names it; the OID where it is not known
	key  string // the key that it takes; empty: it cannot be verified here
	hash crypto.Hash
	pss  bool
}

var algorithms = map[string]algorithm{
	"1.2.840.113549.1.1.4":   {"MD5-RSA", "RSA", crypto.MD5, false},
	"1.2.840.113549.1.1.5":   {"SHA1-RSA", "RSA", crypto.SHA1, false},
	"1.3.14.3.2.29":          {"SHA1-RSA", "RSA", crypto.SHA1, false},
	"1.2.840.113549.1.1.11":  {"SHA256-RSA", "RSA", crypto.SHA256, false},
	"1.2.840.113549.1.1.12":  {"SHA384-RSA", "RSA", crypto.SHA384, false},
	"1.2.840.113549.1.1.13":  {"SHA512-RSA", "RSA", crypto.SHA512, false},
	"1.2.840.10045.4.1":      {"ECDSA-SHA1", "ECDSA", crypto.SHA1, false},
	"1.2.840.10045.4.3.2":    {"ECDSA-SHA256", "ECDSA", crypto.SHA256, false},
	"1.2.840.10045.4.3.3":    {"ECDSA-SHA384", "ECDSA", crypto.SHA384, false},
	"1.2.840.10045.4.3.4":    {"ECDSA-SHA512", "ECDSA", crypto.SHA512, false},
	"1.3.101.112":            {"Ed25519", "Ed25519", 0, false},
	"1.2.840.10040.4.3":      {name: "DSA-SHA1"},
	"2.16.840.1.101.3.4.3.2": {name: "DSA-SHA256"},
}

// pssAlgorithms are the forms of RSASSA-PSS by their hash.
var pssAlgorithms = map[string]algorithm{
	"1.3.14.3.2.26":          {"SHA1-RSAPSS", "RSA", crypto.SHA1, true},
	"2.16.840.1.101.3.4.2.1": {"SHA256-RSAPSS", "RSA", crypto.SHA256, true},
	"2.16.840.1.101.3.4.2.2": {"SHA384-RSAPSS", "RSA", crypto.SHA384, true},
	"2.16.840.1.101.3.4.2.3": {"SHA512-RSAPSS", "RSA", crypto.SHA512, true},
}

// readSignature reads how the certificate is signed.
func (c *parsed) readSignature(identifier, signature element) error {
	var err error
	if signature.value < signature.end {
		c.signature = signature.content()[1:] // without the number of unused bits
	}
	r := identifier.inside(&err)
	id := r.take(tagOID, "the signature's algorithm").oid()
	known, ok := algorithms[id]
	if id == "1.2.840.113549.1.1.10" { // RSASSA-PSS: RFC 4055, 3.1
		hash := "1.3.14.3.2.26" // the default, SHA-1
		if parameters, ok := r.optional(tagSequence, "RSASSA-PSS parameters"); ok {
			if explicit, ok := parameters.inside(&err).optional(0xa0, "hashAlgorithm"); ok {
				hash = explicit.inside(&err).take(tagSequence, "hashAlgorithm").inside(&err).take(tagOID, "hashAlgorithm").oid()
			}
		}
		known, ok = pssAlgorithms[hash]
	}
	if c.algorithm = known; !ok {
		c.algorithm.name = id
	}
	return err
}

// errForged says that the key did not make the signature.
var errForged = errors.New("the signature does not verify")

// maxRSABits bounds the time that a hostile key can cost. It is the limit of
// Windows too.
const maxRSABits = 16384

// verify checks the signature with the key of parent. It returns errForged
// where the key did not make it, and another error where that cannot be found
// out here. SHA-1 and MD5 are the caller's to judge: crypto/x509 refuses both,
// but Windows takes SHA-1 from a company's own CA.
func (c *parsed) verify(parent *parsed) error {
	if c.algorithm.key == "" {
		return fmt.Errorf("signatures %s cannot be verified here", c.algorithm.name)
	}
	if c.algorithm.key != parent.keyAlgorithm {
		return errForged
	}
	key, err := x509.ParsePKIXPublicKey(parent.spki)
	if err != nil {
		return err
	}
	digest := c.tbs
	if c.algorithm.hash != 0 {
		h := c.algorithm.hash.New()
		h.Write(c.tbs)
		digest = h.Sum(nil)
	}
	ok := false
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() > maxRSABits {
			return fmt.Errorf("the RSA key has more than %d bits", maxRSABits)
		}
		if c.algorithm.pss {
			err = rsa.VerifyPSS(key, c.algorithm.hash, digest, c.signature, nil)
		} else {
			err = rsa.VerifyPKCS1v15(key, c.algorithm.hash, digest, c.signature)
		}
		if err != nil && !errors.Is(err, rsa.ErrVerification) {
			return err
		}
		ok = err == nil
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(key, digest, c.signature)
	case ed25519.PublicKey:
		ok = ed25519.Verify(key, digest, c.signature)
	}
	if !ok {
		return errForged
	}
	return nil
}

// selfSigned says whether the certificate is signed with its own key. It is nil
// where the issuer is the subject and the signature cannot be verified here.
func (c *parsed) selfSigned() *bool {
	yes := false
	if bytes.Equal(c.issuer, c.subject) {
		err := c.verify(c)
		if err != nil && !errors.Is(err, errForged) {
			c.note("names itself as issuer, and whether it is self-signed is not known: %v", err)
			return nil
		}
		yes = err == nil
	}
	return &yes
}
