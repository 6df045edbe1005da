//go:build integration

package opa_test

import (
	"encoding/base64"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRegistries pushes to registries and pulls from them: with a private CA,
// without TLS, and with a password in docker's configuration.
func TestRegistries(t *testing.T) {
	l := newLab(t)
	plain, locked := freeAddress(t), freeAddress(t)
	l.startRegistry(plain, "")
	l.startRegistryWithPassword(locked, "alice", "correct horse")
	l.run("transportcert", "bundle", "build", "-o", "bundle.tar.gz")

	// The same bundle has the same name wherever and whenever it is pushed.
	digest := regexp.MustCompile(`@(sha256:[0-9a-f]{64})\n$`)
	first := l.run("transportcert", "bundle", "push", "bundle.tar.gz", "oci://"+l.registry+"/a/b:v1", "--ca", "ca.pem")
	require.Regexp(t, "^oci://"+regexp.QuoteMeta(l.registry)+"/a/b@sha256:", first)
	second := l.run("transportcert", "bundle", "push", "bundle.tar.gz", "oci://"+plain+"/c:v2", "--plain-http")
	require.Equal(t, digest.FindStringSubmatch(first)[1], digest.FindStringSubmatch(second)[1])
	again := l.run("transportcert", "bundle", "push", "bundle.tar.gz", "oci://"+plain+"/c:v2", "--plain-http")
	require.Equal(t, second, again)

	// By tag and by digest, to a file and to stdout.
	l.run("transportcert", "bundle", "pull", "oci://"+plain+"/c:v2", "--plain-http", "-o", "tag.tar.gz")
	require.Equal(t, l.read(l.path("bundle.tar.gz")), l.read(l.path("tag.tar.gz")))
	stdout, stderr, code := l.try("transportcert", "bundle", "pull", second[:len(second)-1], "--plain-http")
	require.Zero(t, code, stderr)
	require.Equal(t, l.read(l.path("bundle.tar.gz")), stdout)
	require.Equal(t, "note: "+second[:len(second)-1]+": pulled "+digest.FindStringSubmatch(second)[1]+"\n", stderr)
	_, stderr, code = l.try("transportcert", "evaluate", "--bundle", "oci://"+plain+"/c:v2", "--plain-http", "ex01.json")
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "/c:v2: pulled "+digest.FindStringSubmatch(second)[1])

	refused := func(expected string, args ...string) {
		stdout, stderr, code := l.try("transportcert", args...)
		require.Equal(t, 2, code, args)
		require.Empty(t, stdout)
		require.Regexp(t, expected, stderr)
	}
	refused("certificate signed by unknown authority", "bundle", "pull", "oci://"+l.registry+"/a/b:v1")
	refused("HTTP response to HTTPS client", "bundle", "pull", "oci://"+plain+"/c:v2")
	refused("not found", "bundle", "pull", "oci://"+plain+"/c:v3", "--plain-http")
	refused("verification key|missing .signatures.json", "evaluate", "--bundle", "oci://"+plain+"/c:v2", "--plain-http", "--verification-key", "ca.pem", "ex01.json")

	push := []string{"bundle", "push", "bundle.tar.gz", "oci://" + locked + "/d:v1", "--plain-http"}
	refused("401|[Uu]nauthorized|credential", push...)
	login := func(password string) {
		l.write("config.json", `{"auths": {"`+locked+`": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("alice:"+password))+`"}}}`)
	}
	login("wrong")
	refused("401|[Uu]nauthorized", push...)
	login("correct horse")
	require.Contains(t, l.run("transportcert", push...), digest.FindStringSubmatch(first)[1])
	l.run("transportcert", "bundle", "pull", "oci://"+locked+"/d:v1", "--plain-http", "-o", "locked.tar.gz")
}
