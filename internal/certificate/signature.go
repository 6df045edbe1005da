package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	_ "crypto/md5" // old self-signed certificates use it
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/transportcert/transportcert/internal/der"
)

const (
	oidRSA    = "1.2.840.113549.1.1.1"
	oidRSAPSS = "1.2.840.113549.1.1.10" // of keys and of signatures
	oidMGF1   = "1.2.840.113549.1.1.8"
	oidSHA1   = "1.3.14.3.2.26"
)

// An algorithm is a signature algorithm.
type algorithm struct {
	name string // as crypto/x509 names it; the OID if it is unknown
	key  string // the type of its key; empty: not supported
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

// pssAlgorithms are the variants of RSASSA-PSS by their hash.
var pssAlgorithms = map[string]algorithm{
	oidSHA1:                  {"SHA1-RSAPSS", "RSA", crypto.SHA1, true},
	"2.16.840.1.101.3.4.2.1": {"SHA256-RSAPSS", "RSA", crypto.SHA256, true},
	"2.16.840.1.101.3.4.2.2": {"SHA384-RSAPSS", "RSA", crypto.SHA384, true},
	"2.16.840.1.101.3.4.2.3": {"SHA512-RSAPSS", "RSA", crypto.SHA512, true},
}

// readSignature reads the signature and its algorithm.
func (c *Certificate) readSignature(identifier, signature der.Element) error {
	var err error
	c.signature = signature.Bits()
	r := identifier.Inside(&err)
	id := r.OID("the signature's algorithm")
	known, ok := algorithms[id]
	if id == oidRSAPSS {
		known, ok = readPSS(r, &err)
	}
	if c.algorithm = known; !ok {
		c.algorithm.name = id
	}
	c.SignatureAlgorithm = c.algorithm.name
	return err
}

// readPSS reads the parameters of RSASSA-PSS (RFC 4055, 3.1). Without
// parameters both hashes are SHA-1. crypto/rsa supports only equal hashes.
func readPSS(r *der.Reader, err *error) (algorithm, bool) {
	hash, maskHash := oidSHA1, oidSHA1
	if parameters, ok := r.Optional(der.TagSequence, "RSASSA-PSS parameters"); ok {
		p := parameters.Inside(err)
		if explicit, ok := p.Optional(der.TagExplicit0, "hashAlgorithm"); ok {
			hash = explicit.Inside(err).Take(der.TagSequence, "hashAlgorithm").Inside(err).OID("hashAlgorithm")
		}
		if explicit, ok := p.Optional(0xa1, "maskGenAlgorithm"); ok {
			mask := explicit.Inside(err).Take(der.TagSequence, "maskGenAlgorithm").Inside(err)
			if mask.OID("maskGenAlgorithm") == oidMGF1 {
				maskHash = mask.Take(der.TagSequence, "its hash").Inside(err).OID("its hash")
			} else {
				maskHash = ""
			}
		}
	}
	known, ok := pssAlgorithms[hash]
	if maskHash != hash {
		known.key = ""
	}
	return known, ok
}

// ErrSignature means that the signature was not made with the issuer's key.
var ErrSignature = errors.New("the signature does not verify")

// maxRSABits limits the time that a malicious key can cost. It is also the
// limit of Windows.
const maxRSABits = 16384

// CheckSignatureFrom verifies the signature with the key of issuer. It returns
// ErrSignature if that key did not make it, and another error if that cannot be
// determined: crypto/x509 does not support every algorithm and every encoding
// of a key. The caller judges SHA-1 and MD5: crypto/x509 rejects both, but
// Windows accepts SHA-1 from a company's own CA.
func (c *Certificate) CheckSignatureFrom(issuer *Certificate) error {
	switch {
	case c.algorithm.key == "":
		return fmt.Errorf("signatures of the type %s are not supported", c.algorithm.name)
	case !keyAlgorithms[issuer.KeyAlgorithm]:
		return fmt.Errorf("keys of the type %s are not supported", issuer.KeyAlgorithm)
	case c.algorithm.key != issuer.KeyAlgorithm:
		return ErrSignature
	}
	key, err := x509.ParsePKIXPublicKey(issuer.spki)
	if err != nil {
		return fmt.Errorf("the issuer's key could not be read: %w", err)
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
			return fmt.Errorf("the issuer's RSA key has more than %d bits", maxRSABits)
		}
		if c.algorithm.pss {
			err = rsa.VerifyPSS(key, c.algorithm.hash, digest, c.signature, nil)
		} else {
			err = rsa.VerifyPKCS1v15(key, c.algorithm.hash, digest, c.signature)
		}
		if err != nil && !errors.Is(err, rsa.ErrVerification) {
			return fmt.Errorf("the issuer's key could not be used: %w", err)
		}
		ok = err == nil
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(key, digest, c.signature)
	case ed25519.PublicKey:
		ok = ed25519.Verify(key, digest, c.signature)
	}
	if !ok {
		return ErrSignature
	}
	return nil
}

// keyAlgorithms are the values of KeyAlgorithm that are names. A key of one
// type cannot have made a signature of another.
var keyAlgorithms = map[string]bool{"RSA": true, "DSA": true, "ECDSA": true, "Ed25519": true}

// PublicKey returns the public key in a form that is the same for all encodings
// of an RSA key, so that a private key can be matched with its certificate.
func (c *Certificate) PublicKey() string {
	if c.KeyAlgorithm == "RSA" || c.KeyAlgorithm == oidRSAOld {
		return string(c.key)
	}
	return string(c.spki)
}

// oidRSAOld is id-ea-rsa of X.509, which old programs write instead of oidRSA.
const oidRSAOld = "2.5.8.1.1"
