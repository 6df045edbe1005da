package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// pair is a certificate with its private key.
type pair struct {
	der        []byte
	key        *ecdsa.PrivateKey
	thumbprint string
}

// authority issues certificates.
type authority struct {
	pair
	template *x509.Certificate
}

func newAuthority(name string) (authority, error) {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(-5, 0, 0), NotAfter: now.AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	p, err := sign(template, nil)
	return authority{p, template}, err
}

// leaf is a server certificate, self-signed if issuer is nil.
func leaf(issuer *authority, from, to time.Time, names ...string) (pair, error) {
	return sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}, issuer)
}

func sign(template *x509.Certificate, issuer *authority) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return pair{}, err
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.template, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return pair{}, fmt.Errorf("certificate %s: %w", template.Subject, err)
	}
	return pair{der, key, fmt.Sprintf("%X", sha1.Sum(der))}, nil
}

// writeHost writes the TLS files of the lab's hosts and of the CA that issued
// them. Unlike the plan, they are valid at the real time.
func writeHost(out string) error {
	ca, err := newAuthority("Lab CA")
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(out, "ca.pem"), ca.der, nil); err != nil {
		return err
	}
	today := time.Now().UTC()
	host, err := sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "dc1." + domain}, DNSNames: []string{"dc1." + domain},
		NotBefore: today.Add(-time.Hour), NotAfter: today.AddDate(0, 0, 7),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, &ca)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(out, "host.pem"), host.der, nil); err != nil {
		return err
	}
	return writePEM(filepath.Join(out, "host.key"), nil, host.key)
}

// writePEM writes a certificate, a private key, or both.
func writePEM(path string, der []byte, key *ecdsa.PrivateKey) error {
	var out []byte
	if der != nil {
		out = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	if key != nil {
		secret, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	}
	return os.WriteFile(path, out, 0o600)
}
