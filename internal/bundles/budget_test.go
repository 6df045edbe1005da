package bundles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Content that is small when compressed, or as text, and large after OPA has
// parsed it.
func TestBundleContentIsBounded(t *testing.T) {
	t.Parallel()
	manifest := func(roots string) string { return `{"roots": [` + roots + `], "rego_version": 1}` }
	many := map[string]string{}
	for i := range maxEntries + 1 {
		many[fmt.Sprintf("a/%05d.txt", i)] = ""
	}
	tests := map[string]struct {
		files    map[string]string
		expected string
	}{
		"a million objects":     {map[string]string{"data.json": `[` + strings.Repeat("{},", maxValues) + `{}]`}, "data.json: expected at most 1000000 values"},
		"twenty million":        {map[string]string{"data.json": `[` + strings.Repeat("{},", 20*maxValues) + `{}]`}, "data.json: expected at most 1000000 values"},
		"a million texts":       {map[string]string{"data.json": `[` + strings.Repeat(`"",`, maxValues) + `""]`}, "data.json: expected at most 1000000 values"},
		"a million lines":       {map[string]string{"data.yaml": strings.Repeat("-\n", maxValues+1)}, "data.yaml: expected at most 1000000 values"},
		"a million old lines":   {map[string]string{"data.yaml": strings.Repeat("-\r", maxValues+1)}, "data.yaml: expected at most 1000000 values"},
		"a million new lines":   {map[string]string{"data.yaml": strings.Repeat("-\u0085", maxValues+1)}, "data.yaml: expected at most 1000000 values"},
		"a million tabs":        {map[string]string{"data.yaml": strings.Repeat("-\t", maxValues+1)}, "data.yaml: expected at most 1000000 values"},
		"a million in UTF-16":   {map[string]string{"data.yaml": "\xff\xfe" + strings.Repeat("-\x00 \x00", maxValues+1)}, "data.yaml: expected at most 1000000 values"},
		"a million on one line": {map[string]string{"data.yml": strings.Repeat("- ", maxValues+1)}, "data.yml: expected at most 1000000 values"},
		"a million in two files": {map[string]string{
			"data.json":   `{"a": [` + strings.Repeat("{},", maxValues*2/5) + `{}]}`,
			"x/data.yaml": "[" + strings.Repeat("1,", maxValues*2/5) + "1]",
		}, "x/data.yaml: expected at most 1000000 values in the data, with the other files"},
		"a large manifest":  {map[string]string{".manifest": manifest(strings.Repeat(`"a",`, maxControl) + `"a"`)}, ".manifest: expected at most 1048576 bytes"},
		"a large signature": {map[string]string{".signatures.json": `{"signatures": ["` + strings.Repeat("A", maxControl) + `"]}`}, ".signatures.json: expected at most 1048576 bytes"},
		"a large patch":     {map[string]string{"patch.json": `{"data": [` + strings.Repeat("{},", maxControl) + `{}]}`}, "patch.json: expected at most 1048576 bytes"},
		"many files":        {many, "expected at most 10000 files"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string][]byte{".manifest": []byte(manifest(`"transportcert/custom"`))}
			folder := t.TempDir()
			for name, text := range test.files {
				files[name] = []byte(text)
			}
			for name, text := range files {
				path := filepath.Join(folder, name)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
				require.NoError(t, os.WriteFile(path, text, 0o600))
			}
			packed, err := pack(files)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "bundle.tar.gz")
			require.NoError(t, os.WriteFile(path, packed, 0o600))
			_, err = Read(path, "")
			require.ErrorContains(t, err, test.expected)
			require.ErrorContains(t, err, path)
			_, err = Read(folder, "")
			require.ErrorContains(t, err, test.expected)
		})
	}
}

func TestNestedRego(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	nested := func(open, inner, close string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(close, n)
	}
	tests := map[string]struct {
		rego    string
		allowed bool
	}{
		"arrays":         {"x := " + nested("[", "1", "]", 190), true},
		"deep arrays":    {"x := 1\ny := " + nested("[", "1", "]", 201), false},
		"objects":        {"x := 1\ny := " + nested(`{"a": `, "1", "}", 201), false},
		"comprehensions": {"x := 1\ny := " + nested("[1 | ", "true", "]", 201), false},
		"calls":          {"x := 1\ny := " + nested("count(", "[]", ")", 201), false},
		"every":          {"x := 1\ny if " + nested("every a in [1] { ", "true", " }", 201), false},
		"else":           {"x := 1\ny := 2 if false " + strings.Repeat("else := 1 if false ", 201), false},
		"a function":     {"x := 1\nf(a) := " + nested("[", "a", "]", 201), false},
	}
	for name, test := range tests {
		path := filepath.Join(folder, name+".rego")
		require.NoError(t, os.WriteFile(path, []byte("package transportcert.custom\n"+test.rego+"\n"), 0o600))
		_, err := Custom([]string{path})
		if test.allowed {
			require.NoError(t, err, name)
		} else {
			require.EqualError(t, err, path+":3: expected terms nested at most 200 deep", name)
		}
	}
}

func TestValuesOfJSON(t *testing.T) {
	t.Parallel()
	for text, expected := range map[string]int64{
		`1`:                         1,
		`[]`:                        2, // an upper bound
		`[1, 2]`:                    3,
		`{"a": [1, {"b": null}]}`:   5,
		`",[{"`:                     1,
		`"\",[{"`:                   1,
		`["\\", "]", {"\",": ","}]`: 5,
	} {
		require.Equal(t, expected, valuesOfJSON([]byte(text)), text)
	}
}
