package evaluate_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

func TestNowDefaultsToTheClock(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return time.Date(2029, 1, 1, 1, 0, 1, 0, time.FixedZone("", 3600)) }
	evaluator := evaluatorWith(t, evaluate.WithClock(clock))

	document, _ := server(t)
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, "2029-01-01T00:00:01Z", decision.EvaluatedAt)
	require.True(t, *decision.InboundAnonymous.Expired)

	document.Now = "2029-01-01T00:00:00Z"
	decision, err = evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, "2029-01-01T00:00:00Z", decision.EvaluatedAt)
	require.False(t, *decision.InboundAnonymous.Expired)
}

func TestEvaluateConcurrently(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			document, _ := server(t)
			document.Server = fmt.Sprintf("EX%02d", i)
			decision, err := evaluator.Evaluate(context.Background(), document)
			if err != nil || decision.Server != document.Server || *decision.InboundAnonymous.Thumbprint != document.Certificates[0].Thumbprint {
				t.Errorf("%s: decision %+v, error %v", document.Server, decision, err)
			}
		})
	}
	wg.Wait()
}

func TestAnInvalidDocumentIsAnError(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	document, _ := server(t)
	document.Directory = nil
	document.Certificates[0].NotAfter = "tomorrow"
	document.Certificates[0].DER = []byte("x") // the DER of another certificate
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.Nil(t, decision)
	require.ErrorContains(t, err, "EX01")
	require.ErrorContains(t, err, "directory: expected an object, found null")
	require.ErrorContains(t, err, "certificates[0].not_after: expected a time YYYY-MM-DDThh:mm:ssZ, found \"tomorrow\"")
	require.ErrorContains(t, err, "certificates[0].der: expected the certificate with the thumbprint "+document.Certificates[0].Thumbprint)
}

func TestACancelledContextEndsTheEvaluation(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	document, _ := server(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := evaluator.Evaluate(ctx, document)
	require.Error(t, err)
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	tests := map[string]struct {
		change   func(*gather.Document)
		expected string // in the error; empty: the certificate
	}{
		"served":      {change: func(*gather.Document) {}},
		"none loaded": {change: func(d *gather.Document) { d.Directory.InternalTransportCertificate = nil }, expected: "EX01 loads no certificate"},
		"no der":      {change: func(d *gather.Document) { d.Certificates[0].DER = nil }, expected: "has no der for the certificate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, certificate := server(t)
			test.change(document)
			decision, err := evaluator.Evaluate(t.Context(), document)
			require.NoError(t, err)
			served, err := decision.Certificate(evaluate.InboundAnonymous, "")
			if test.expected != "" {
				require.ErrorContains(t, err, test.expected)
				return
			}
			require.NoError(t, err)
			require.True(t, served.Equal(certificate))
		})
	}
}

func TestCertificateThatGoRejects(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	document, _ := server(t)
	der := []byte{0x30, 0x00}
	document.Certificates[0].DER = der
	document.Certificates[0].Thumbprint = thumbprint(der)
	document.Directory.InternalTransportCertificate = &document.Certificates[0].Thumbprint
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	_, err = decision.Certificate(evaluate.InboundAnonymous, "")
	require.ErrorContains(t, err, "parsing the certificate "+thumbprint(der))
}

func evaluatorWith(t *testing.T, options ...evaluate.Option) *evaluate.Evaluator {
	t.Helper()
	evaluator, err := evaluate.New(t.Context(), options...)
	require.NoError(t, err)
	return evaluator
}

// server returns the document of a server without problems, and the certificate
// that it uses.
func server(t *testing.T) (*gather.Document, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "EX01"},
		NotBefore:    time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)

	yes, sum := true, thumbprint(der)
	return &gather.Document{
		SchemaVersion: gather.Version,
		Server:        "EX01",
		Connectors:    []gather.Connector{{Name: "Default EX01", AuthMechanisms: []string{"Tls", "ExchangeServer"}}},
		Directory:     &gather.Directory{Readable: true, InternalTransportCertificate: &sum},
		Host: &gather.Host{
			DNSFQDN: "ex01.corp.contoso.test", DNSHostName: "EX01",
			PhysicalDNSFQDN: "ex01.corp.contoso.test", PhysicalDNSHostName: "EX01",
		},
		Certificates: []gather.Certificate{{
			Thumbprint: sum, Version: 3,
			SubjectCommonNames: []string{"EX01"}, DNSNames: []string{},
			NotBefore: "2024-01-01T00:00:00Z", NotAfter: "2029-01-01T00:00:00Z",
			HasPrivateKey: &yes, Services: []string{"SMTP"}, SelfSigned: &yes,
			Trust: gather.Trust{Chain: gather.ChainUnknown},
			DER:   der,
		}},
	}, certificate
}

func thumbprint(der []byte) string { return fmt.Sprintf("%X", sha1.Sum(der)) }
