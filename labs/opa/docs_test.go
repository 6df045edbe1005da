//go:build integration

package opa_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var block = regexp.MustCompile("(?s)```(sh|yaml)\n(.*?)```")

// localized replaces the addresses in the documentation with those of the lab.
func (l *lab) localized(text string) string {
	return strings.NewReplacer(
		"bundles.contoso.test", l.web,
		"registry.contoso.test", l.registry,
		"localhost:8181", l.opa,
	).Replace(text)
}

// configure writes the configurations shown in docs/opa.md.
func (l *lab) configure() {
	l.t.Helper()
	for _, found := range block.FindAllStringSubmatch(l.read("../../docs/opa.md"), -1) {
		if found[1] == "yaml" {
			name, _, _ := strings.Cut(strings.TrimPrefix(found[2], "# "), "\n")
			l.write(name, l.localized(found[2]))
		}
	}
}

// TestDocs runs every command in docs/opa.md in order. An OPA server runs until
// the next one starts.
func TestDocs(t *testing.T) {
	l := newLab(t)
	l.configure()
	stop := func() {}
	servers, answers := 0, 0
	for _, found := range block.FindAllStringSubmatch(l.read("../../docs/opa.md"), -1) {
		script := strings.TrimSpace(l.localized(found[2]))
		switch {
		case found[1] == "yaml":
		case strings.HasPrefix(script, "opa run --server "):
			stop()
			_, stop = l.startOPA(l.opa, strings.Fields(script)[3:]...)
			servers++
		default:
			output := l.run("bash", "-euo", "pipefail", "-c", script)
			if strings.HasPrefix(script, "curl") || strings.HasPrefix(script, "opa") {
				// The best certificate of ex01.json.
				require.Contains(t, output, "CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11", script)
				answers++
			}
		}
	}
	require.Equal(t, 5, servers)
	require.Equal(t, 7, answers)
	pulled, err := os.ReadFile(l.path("pulled.tar.gz"))
	require.NoError(t, err)
	published, err := os.ReadFile(l.path("transportcert.tar.gz"))
	require.NoError(t, err)
	require.Equal(t, published, pulled)
}
