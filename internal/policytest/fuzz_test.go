package policytest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzFields checks that looking for misspelt fields in any Rego that OPA can
// parse ends, and that each problem has a line.
func FuzzFields(f *testing.F) {
	for _, text := range []string{
		"f(c) if c.key_bit < 3072",
		"f(c) := [d.nam | some d in c] if { x := json.unmarshal(c); x.y[_].z == \"rsa\" } else := c.servics",
		"a.b[c] := {c.d: 1} if every e in [c] { \"SMPT\" in e.services }",
		"g(h, [i, {\"j\": k}]) if { [l, m] = h; some n, o in m; not o.p with input as k.q }",
		"# METADATA\n# custom:\n#   id: X\nr contains s if s := rego.metadata.chain()[_].annotations.custom.t",
	} {
		f.Add(text)
	}
	folder := f.TempDir()
	path := filepath.Join(folder, "x.rego")
	f.Fuzz(func(t *testing.T, text string) {
		require.NoError(t, os.WriteFile(path, []byte("package transportcert.custom\n\n"+text+"\n"), 0o600))
		own, err := read([]string{folder})
		if err != nil {
			return
		}
		problems, err := own.fields([]string{"reason"})
		require.NoError(t, err)
		for _, problem := range problems {
			require.Equal(t, path, problem.File)
			require.Positive(t, problem.Line)
		}
	})
}
