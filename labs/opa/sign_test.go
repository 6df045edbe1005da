//go:build integration

package opa_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSignatures checks that OPA accepts our signatures and we accept OPA's,
// for keys created by openssl, and that neither accepts signatures of another
// key.
func TestSignatures(t *testing.T) {
	l := newLab(t)
	l.run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "RS256.pem")
	l.run("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out", "ES256.pem")
	l.run("openssl", "ecparam", "-genkey", "-name", "secp521r1", "-out", "ES512.pem")
	l.run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "other.pem")
	l.run("openssl", "pkey", "-in", "other.pem", "-pubout", "-out", "other.pub")
	l.run("transportcert", "bundle", "build", "-o", "bundle.tar.gz")
	l.run("mkdir", "folder")
	l.run("tar", "-xzf", "bundle.tar.gz", "-C", "folder")

	for _, algorithm := range []string{"RS256", "ES256", "ES512"} {
		key, public := algorithm+".pem", algorithm+".pub"
		l.run("openssl", "pkey", "-in", key, "-pubout", "-out", public)
		ours, theirs, foreign := algorithm+"-ours.tar.gz", algorithm+"-theirs.tar.gz", algorithm+"-foreign.tar.gz"
		l.run("transportcert", "bundle", "sign", "bundle.tar.gz", "--signing-key", key, "-o", ours)
		l.run("opa", "build", "-b", "folder", "-o", foreign)
		l.run("transportcert", "bundle", "sign", foreign, "--signing-key", key)
		for _, bundle := range []string{ours, foreign} {
			_, stop := l.startOPA(l.opa, "-b", bundle, "--verification-key", public, "--signing-alg", algorithm)
			stop()
			l.run("transportcert", "bundle", "verify", bundle, "--verification-key", public)
			stdout, stderr, code := l.try("opa", "run", "--server", "--addr", l.opa, "-b", bundle, "--verification-key", "other.pub")
			require.NotZero(t, code)
			require.Regexp(t, "verif", stdout+stderr)
			_, _, code = l.try("transportcert", "bundle", "verify", bundle, "--verification-key", "other.pub")
			require.Equal(t, 1, code)
		}
		// openssl ecparam writes a block of parameters that opa does not skip.
		l.run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key, "-out", "pkcs8.pem")
		l.run("opa", "build", "-b", "folder", "--signing-key", "pkcs8.pem", "--signing-alg", algorithm, "-o", theirs)
		l.run("transportcert", "bundle", "verify", theirs, "--verification-key", public)
	}

	// As documented in docs/opa.md for the others.
	l.run("opa", "eval", "-b", "RS256-ours.tar.gz", "data.transportcert.inbound_anonymous.decision")
	_, stderr, code := l.try("opa", "exec", "-b", "RS256-ours.tar.gz", "--decision", decisionPath, "ex01.json")
	require.NotZero(t, code)
	require.Contains(t, stderr, "verification key not provided")
}
