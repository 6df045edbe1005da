package evaluate_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
)

const customRule = `package transportcert.custom

ineligible contains {"thumbprint": certificate.thumbprint, "reason": "ours_only"} if {
	some certificate in input.certificates
	certificate.issuer != "CN=Our CA"
}
`

func TestACustomRuleAffectsTheDecision(t *testing.T) {
	t.Parallel()
	folder := folderOf(t, map[string]string{"custom.rego": customRule, "custom_test.rego": "package anything_test"})
	evaluator := evaluatorWith(t, evaluate.WithPolicies(folder))
	document, _ := server(t)
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.True(t, decision.InboundAnonymous.Customized)
	require.Equal(t, []string{"ours_only"}, decision.InboundAnonymous.CustomizedBy)
	require.Empty(t, decision.InboundAnonymous.Eligible)
	require.Equal(t, []string{"ours_only"}, decision.InboundAnonymous.Ineligible[document.Certificates[0].Thumbprint])
	require.Equal(t, document.Certificates[0].Thumbprint, *decision.InboundAnonymous.Thumbprint, "the certificate that is loaded stays what it is")
}

func TestACustomBundleExtendsTheEmbeddedPolicies(t *testing.T) {
	t.Parallel()
	folder := folderOf(t, map[string]string{"custom.rego": customRule, ".manifest": `{"roots": ["transportcert/custom"]}`})
	evaluator := evaluatorWith(t, evaluate.WithBundle(folder))
	document, _ := server(t)
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, []string{"ours_only"}, decision.InboundAnonymous.CustomizedBy)
}

func TestABundleReplacesTheEmbeddedPolicies(t *testing.T) {
	t.Parallel()
	folder := write(t, "decision.rego", `package transportcert.server
decision := object.union(same, {
	"phase": "session", "exchange_version": null, "mail_at_risk": false,
	"inbound_anonymous": object.union(same, {
		"phase": "session",
		"connectors": [object.union(stopped, {"advertise_x_anonymoustls": false, "name": c.name}) | some c in input.connectors],
		"certificate": null, "expired": null, "domains": ["from the bundle"], "eligible": [],
		"ineligible": {c.thumbprint: ["bundle"] | some c in input.certificates},
		"best": null, "best_kind": null, "matches_best": null,
	}),
	"inbound_starttls": object.union(same, {"connectors": [object.union(stopped, {
		"name": c.name, "advertise_starttls": false, "certificate_kind": null, "expired": null, "searched_for": null, "eligible": [], "ineligible": {},
	}) |
		some c in input.connectors
	]}),
	"outbound_anonymous": object.union(same, {
		"phase": "session", "role": null, "routes": [], "certificate": null, "expired": null, "missing_facts": ["roles"],
	}),
})

same := {"server": input.server, "evaluated_at": "2026-11-22T07:00:00Z", "procedure": "2007", "events": [], "input_errors": []}

stopped := {"certificate": null, "stopped_at": "bundle"}`)
	require.NoError(t, os.WriteFile(filepath.Join(folder, ".manifest"), []byte(`{"roots": ["transportcert/server"]}`), 0o600))
	evaluator := evaluatorWith(t, evaluate.WithBundle(folder))
	document, _ := server(t)
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, []string{"from the bundle"}, decision.InboundAnonymous.Domains)
}

func TestPoliciesThatWouldChangeTheShippedRulesAreRejected(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"transportcert.inbound_anonymous", "transportcert", "transportcert.customs", "main"} {
		_, err := evaluate.New(t.Context(), evaluate.WithPolicies(write(t, "x.rego", "package "+name+"\nbest := 1")))
		require.ErrorContains(t, err, "expected package transportcert.custom, found package "+name)
		require.ErrorContains(t, err, "x.rego")
	}
}

func TestUnreadablePoliciesAreAnError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		option   evaluate.Option
		expected string
	}{
		"no such folder": {evaluate.WithPolicies("missing"), "missing"},
		"no such bundle": {evaluate.WithBundle("missing.tar.gz"), "missing.tar.gz"},
		"no Rego":        {evaluate.WithPolicies(write(t, "x.rego", "package transportcert.custom\nx :=")), "x.rego:2"},
		"no bundle":      {evaluate.WithBundle(filepath.Join(write(t, "b.tar.gz", "text"), "b.tar.gz")), "b.tar.gz"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := evaluate.New(t.Context(), test.option)
			require.ErrorContains(t, err, test.expected)
		})
	}
}

func TestVerificationKey(t *testing.T) {
	t.Parallel()
	key, public := signingKey(t)
	_, another := signingKey(t)
	folder := t.TempDir()
	unsigned, signed := filepath.Join(folder, "unsigned.tar.gz"), filepath.Join(folder, "signed.tar.gz")
	require.NoError(t, os.WriteFile(unsigned, customBundle(t, ""), 0o600))
	require.NoError(t, os.WriteFile(signed, customBundle(t, key), 0o600))
	damaged := filepath.Join(folder, "damaged.tar.gz")
	require.NoError(t, os.WriteFile(damaged, customBundle(t, key)[:300], 0o600))

	tests := map[string]struct {
		bundle, key string
		expected    string // in the error; empty: accepted
	}{
		"signed":             {signed, public, ""},
		"unsigned, no key":   {unsigned, "", ""},
		"unsigned":           {unsigned, public, "signature"},
		"another key":        {signed, another, "verify"},
		"signed, no key":     {signed, "", "there is no key to verify it with"},
		"damaged":            {damaged, public, "damaged.tar.gz"},
		"no such key":        {signed, filepath.Join(folder, "none.pem"), "reading the verification key"},
		"key is not PEM":     {signed, signed, "expected PEM with a public key"},
		"key is the private": {signed, key, "expected PEM with a public key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := evaluate.New(t.Context(), evaluate.WithBundle(test.bundle), evaluate.WithVerificationKey(test.key))
			if test.expected == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.expected)
		})
	}
}

// write creates a folder with one file.
func write(t *testing.T, name, text string) string {
	t.Helper()
	return folderOf(t, map[string]string{name: text})
}

// signingKey returns the paths of a private key and its public key.
func signingKey(t *testing.T) (private, public string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	folder := t.TempDir()
	private, public = filepath.Join(folder, "private.pem"), filepath.Join(folder, "public.pem")
	require.NoError(t, os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
	require.NoError(t, os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}), 0o600))
	return private, public
}

// customBundle returns a bundle with the custom rule, signed if there is a key.
func customBundle(t *testing.T, key string) []byte {
	t.Helper()
	module := []byte(customRule)
	built := bundle.Bundle{
		Manifest: bundle.Manifest{Roots: &[]string{"transportcert/custom"}},
		Modules: []bundle.ModuleFile{{
			URL: "/custom.rego", Path: "/custom.rego", Raw: module, Parsed: ast.MustParseModule(customRule),
		}},
		Data: map[string]any{},
	}
	if key != "" {
		require.NoError(t, built.GenerateSignature(bundle.NewSigningConfig(key, "ES256", ""), "verification-key", false))
	}
	var text bytes.Buffer
	require.NoError(t, bundle.NewWriter(&text).Write(built))
	return text.Bytes()
}
