package certstore

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"

	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/der"
)

var errEncryptedKey = errors.New("the private key is encrypted and was not read, so it could not be matched with a certificate")

// privateKey returns the public half of a private key encoded as PKCS#8, PKCS#1
// or SEC 1, and discards the private half. An error reveals nothing about the
// key.
func privateKey(der []byte) (publicKey, error) {
	var key any
	var err error
	if key, err = x509.ParsePKCS8PrivateKey(der); err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(der); err != nil {
			key, err = x509.ParseECPrivateKey(der)
		}
	}
	pair, ok := key.(interface{ Public() crypto.PublicKey })
	if err != nil || !ok {
		return "", errors.New("expected a supported private key (RSA of 1024 bits or more, ECDSA, Ed25519)")
	}
	if public, ok := pair.Public().(*rsa.PublicKey); ok {
		return publicKey(x509.MarshalPKCS1PublicKey(public)), nil
	}
	spki, err := x509.MarshalPKIXPublicKey(pair.Public())
	return publicKey(spki), err
}

// certificateKey returns the public key of a certificate in the same form as
// privateKey, or "" if the key cannot be read.
func certificateKey(der []byte) publicKey {
	c, err := certificate.Parse(der)
	if err != nil {
		return ""
	}
	return publicKey(c.PublicKey())
}

// isEncryptedKey reports whether a sequence is a PKCS#8
// EncryptedPrivateKeyInfo, which, unlike a certificate, begins with an
// algorithm.
func isEncryptedKey(sequence der.Element) bool {
	var err error
	return sequence.Inside(&err).Take(der.TagSequence, "encryptionAlgorithm").Inside(&err).Next() == der.TagOID
}
