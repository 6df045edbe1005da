package certstore

import (
	"crypto"
	"crypto/x509"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
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
		return "", errors.New("expected a private key of a kind that is known here (RSA, ECDSA, Ed25519)")
	}
	spki, err := x509.MarshalPKIXPublicKey(pair.Public())
	return publicKey(spki), err
}

// certificateKey returns the public key of a certificate. It reads no more of
// it than that, since Go refuses certificates for faults elsewhere that
// Windows does not mind. It is empty where the key cannot be read.
func certificateKey(der []byte) publicKey {
	input := cryptobyte.String(der)
	var certificate, tbs, spki cryptobyte.String
	if !input.ReadASN1(&certificate, asn1.SEQUENCE) ||
		!certificate.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(asn1.Tag(0).ContextSpecific().Constructed()) || // version
		!tbs.SkipASN1(asn1.INTEGER) || // serial number
		!tbs.SkipASN1(asn1.SEQUENCE) || // signature algorithm
		!tbs.SkipASN1(asn1.SEQUENCE) || // issuer
		!tbs.SkipASN1(asn1.SEQUENCE) || // validity
		!tbs.SkipASN1(asn1.SEQUENCE) || // subject
		!tbs.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return ""
	}
	// Written anew, so that two encodings of one key compare equal.
	if key, err := x509.ParsePKIXPublicKey(spki); err == nil {
		if written, err := x509.MarshalPKIXPublicKey(key); err == nil {
			return publicKey(written)
		}
	}
	return publicKey(spki)
}

// isEncryptedKey says whether a sequence is PKCS#8's EncryptedPrivateKeyInfo:
// unlike a certificate it begins with an algorithm.
func isEncryptedKey(sequence cryptobyte.String) bool {
	var algorithm cryptobyte.String
	return sequence.ReadASN1(&algorithm, asn1.SEQUENCE) && algorithm.PeekASN1Tag(asn1.OBJECT_IDENTIFIER)
}
