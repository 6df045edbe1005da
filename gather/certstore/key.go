package certstore

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"

	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/der"
)

var errEncryptedKey = errors.New("an encrypted private key was not read: whether it matches a certificate is not known")

// privateKey returns the public half of a private key in the encoding of
// PKCS#8, PKCS#1 or SEC 1. The private half is forgotten. An error says
// nothing of the key.
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

// certificateKey returns the public key of a certificate, as privateKey does.
// It is empty where the key cannot be read.
func certificateKey(der []byte) publicKey {
	c, err := certificate.Parse(der)
	if err != nil {
		return ""
	}
	return publicKey(c.PublicKey())
}

// isEncryptedKey says whether a sequence is PKCS#8's EncryptedPrivateKeyInfo:
// unlike a certificate it begins with an algorithm.
func isEncryptedKey(sequence der.Element) bool {
	var err error
	return sequence.Inside(&err).Take(der.TagSequence, "encryptionAlgorithm").Inside(&err).Next() == der.TagOID
}
