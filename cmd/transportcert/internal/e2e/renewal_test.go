package e2e_test

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// writeRenewal writes what two CAs issue in place of the certificate of
// docs/foresight.md, always the same bytes: mail-2028.crt comes from the CA that
// issued the old one, and other-2028.crt from another.
func writeRenewal(t *testing.T, folder string) {
	t.Helper()
	text, err := os.ReadFile("../../../../gather/certstore/testdata/ex01.key")
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	key := parsed.(*rsa.PrivateKey)
	issue := func(file string, template, issuer *x509.Certificate) *x509.Certificate {
		der, err := x509.CreateCertificate(nil, template, issuer, key.Public(), key)
		require.NoError(t, err)
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), text, 0o600))
		certificate, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return certificate
	}
	subject := name(t, attribute{country, "US"}, attribute{state, "Washington"}, attribute{organization, "Contoso, Ltd."}, attribute{commonName, "mail.contoso.test"})
	for ca, issuer := range map[string][]byte{
		"mail":  name(t, attribute{domainComponent, "test"}, attribute{domainComponent, "contoso"}, attribute{commonName, "Contoso Issuing CA"}),
		"other": name(t, attribute{commonName, "Fabrikam CA"}),
	} {
		root := issue(ca+"-ca.pem", &x509.Certificate{
			SerialNumber: big.NewInt(1), RawSubject: issuer, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
			NotBefore: day(2020, 1), NotAfter: day(2040, 1),
		}, &x509.Certificate{RawSubject: issuer})
		issue(ca+"-2028.crt", &x509.Certificate{
			SerialNumber: big.NewInt(2028), RawSubject: subject, DNSNames: []string{"mail.contoso.test", "autodiscover.contoso.test"},
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			NotBefore: day(2027, 8), NotAfter: day(2028, 8),
		}, root)
	}
}

func day(year int, month time.Month) time.Time {
	return time.Date(year, month, 15, 0, 0, 0, 0, time.UTC)
}

type attribute struct {
	of    asn1.ObjectIdentifier
	value string
}

var (
	domainComponent = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	country         = asn1.ObjectIdentifier{2, 5, 4, 6}
	state           = asn1.ObjectIdentifier{2, 5, 4, 8}
	organization    = asn1.ObjectIdentifier{2, 5, 4, 10}
	commonName      = asn1.ObjectIdentifier{2, 5, 4, 3}
)

// name encodes a name, the most general attribute first.
func name(t *testing.T, attributes ...attribute) []byte {
	t.Helper()
	var sequence pkix.RDNSequence
	for _, a := range attributes {
		sequence = append(sequence, pkix.RelativeDistinguishedNameSET{{Type: a.of, Value: a.value}})
	}
	der, err := asn1.Marshal(sequence)
	require.NoError(t, err)
	return der
}
