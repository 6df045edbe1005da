package bundles

import (
	"archive/tar"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
)

// When OPA is upgraded, check the new functions: do they reach outside the
// evaluation, or run forever with small arguments?
func TestEveryBuiltinWasReviewed(t *testing.T) {
	t.Parallel()
	all := ast.CapabilitiesForThisVersion().Builtins
	require.Len(t, all, 206, "look at the built-in functions that are new")
	require.Len(t, Capabilities().Builtins, len(all)-len(forbidden), "a forbidden function that there is not")
	require.NotNil(t, Capabilities().AllowNet)
	require.Empty(t, Capabilities().AllowNet)
}

func TestEveryForbiddenBuiltinIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/extending.md")
	require.NoError(t, err)
	table := ""
	for _, name := range slices.Sorted(maps.Keys(forbidden)) {
		table += fmt.Sprintf("| `%s` | %s |\n", name, forbidden[name])
	}
	require.Contains(t, string(text), "| function | reason |\n|---|---|\n"+table+"\n")
}

// Files are checked before OPA reads them: links, special files, and sizes.
func TestInspect(t *testing.T) {
	t.Parallel()
	module := "package transportcert.custom\nx := 1\n"
	tests := map[string]struct {
		make     func(t *testing.T, folder string) error
		expected string
	}{
		"a link out": {
			func(_ *testing.T, folder string) error {
				return os.Symlink("/etc/passwd", filepath.Join(folder, "data.json"))
			}, "data.json: expected a file or a folder, found a link",
		},
		"a link to a folder": {
			func(_ *testing.T, folder string) error { return os.Symlink("/etc", filepath.Join(folder, "x")) },
			"x: expected a file or a folder, found a link",
		},
		"a link to itself": {
			func(_ *testing.T, folder string) error { return os.Symlink(".", filepath.Join(folder, "x")) },
			"x: expected a file or a folder, found a link",
		},
		"a pipe": {
			func(t *testing.T, folder string) error {
				if runtime.GOOS == "windows" {
					t.Skip("Windows has no named pipes in folders")
				}
				return exec.Command("mkfifo", filepath.Join(folder, "data.json")).Run()
			}, "data.json: expected a file or a folder",
		},
		"100 MB of Rego": {
			func(_ *testing.T, folder string) error { return sparse(filepath.Join(folder, "x.rego"), 100_000_000) },
			"x.rego: expected at most 1048576 bytes of Rego",
		},
		"300 MB of data": {
			func(_ *testing.T, folder string) error {
				return sparse(filepath.Join(folder, "data.json"), 300_000_000)
			},
			"expected at most 67108864 bytes in its files",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(folder, "a.rego"), []byte(module), 0o600))
			_, err := Custom([]string{folder})
			require.NoError(t, err)
			_, err = Read(folder, "")
			require.NoError(t, err)

			require.NoError(t, test.make(t, folder))
			_, err = Custom([]string{folder})
			require.ErrorContains(t, err, test.expected)
			_, err = Read(folder, "")
			require.ErrorContains(t, err, test.expected)
			_, err = Build(t.Context(), Options{Policies: []string{folder}})
			require.ErrorContains(t, err, test.expected)
		})
	}
}

func TestNotAFolder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "windows" {
		_, err := Custom([]string{"/dev/zero"})
		require.EqualError(t, err, "reading policies: /dev/zero: expected a file or a folder")
	}
	large := filepath.Join(t.TempDir(), "rules.rego")
	require.NoError(t, sparse(large, maxModule+1))
	_, err := Custom([]string{large})
	require.EqualError(t, err, fmt.Sprintf("reading policies: %s: expected at most 1048576 bytes of Rego", large))
	_, err = Custom([]string{"custom.tar.gz"})
	require.EqualError(t, err, "reading policies: custom.tar.gz: expected Rego or data, found a bundle")

	// The path itself may be a link, because a person typed it.
	folder := t.TempDir()
	rules, link := filepath.Join(folder, "rules"), filepath.Join(folder, "link")
	require.NoError(t, os.Mkdir(rules, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(rules, "a.rego"), []byte("package transportcert.custom\nx := 1\n"), 0o600))
	require.NoError(t, os.Symlink(rules, link))
	custom, err := Custom([]string{link})
	require.NoError(t, err)
	require.Len(t, custom.Modules, 1)
}

func TestRegoInABundleIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	data := archive(t, &tar.Header{Name: "x.rego", Typeflag: tar.TypeReg, Size: 100_000_000})
	require.Less(t, len(data), 1_000_000)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	_, err := Read(path, "")
	require.ErrorContains(t, err, "x.rego: expected at most 1048576 bytes of Rego")
}

// OPA would read a file that a schema in METADATA names, and print its content.
func TestBuildReadsNoFilesOfMetadata(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secret := filepath.Join(folder, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("no JSON"), 0o600))
	rules := filepath.Join(folder, "rules.rego")
	require.NoError(t, os.WriteFile(rules, []byte(fmt.Sprintf(`package transportcert.custom

# METADATA
# schemas:
#   - input: {"$ref": "file://%s"}
x := input.server
`, filepath.ToSlash(secret))), 0o600))
	_, err := Build(t.Context(), Options{Policies: []string{rules}})
	require.NoError(t, err)
}

func TestTests(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	write("a.rego", "package transportcert.custom\nx := 1\n")
	write("a_test.rego", "package transportcert.custom_test\ntest_x if true\n")
	write("b_test.rego", "package transportcert.custom\ntest_y if true\n")
	tests, err := Tests([]string{folder})
	require.NoError(t, err)
	require.Len(t, tests, 2)
	require.Equal(t, filepath.Join(folder, "a_test.rego"), tests[0].Path)

	write("c_test.rego", "package transportcert.inbound_anonymous\nbest := null\n")
	_, err = Tests([]string{folder})
	require.ErrorContains(t, err, "c_test.rego: expected package transportcert.custom_test, found package transportcert.inbound_anonymous")
}

// sparse creates a file of zeros that takes no disk space.
func sparse(path string, size int64) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, size)
}

func TestEveryAllowedBuiltinIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../SECURITY.md")
	require.NoError(t, err)
	_, list, found := strings.Cut(string(text), "compares both lists with OPA")
	require.True(t, found)
	_, list, _ = strings.Cut(list, "```text\n")
	list, _, _ = strings.Cut(list, "\n```")
	var names []string
	for _, builtin := range Capabilities().Builtins {
		names = append(names, builtin.Name)
	}
	require.Equal(t, slices.Sorted(slices.Values(names)), strings.Fields(list))
}

// A name with a line break is rejected before it appears in an error of OPA.
func TestNamesWithLineBreaks(t *testing.T) {
	t.Parallel()
	const name = "a\n::error::b.rego"
	archive, err := pack(map[string][]byte{name: []byte("package transportcert.custom")})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "bundle.tar.gz")
	require.NoError(t, os.WriteFile(file, archive, 0o600))
	_, err = Read(file, "")
	require.EqualError(t, err, "reading the bundle "+file+`: "a\n::error::b.rego": expected a name of printable characters`)

	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), []byte("package"), 0o600); err != nil {
		t.Skip(err)
	}
	_, err = Custom([]string{folder})
	require.EqualError(t, err, "reading policies: "+folder+`: "a\n::error::b.rego": expected a name of printable characters`)
	_, err = Read(folder, "")
	require.ErrorContains(t, err, "expected a name of printable characters")
}
