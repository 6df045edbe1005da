//go:build integration

package e2e_test

import (
	"crypto/sha1"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather/certstore"
)

// The keys of the registry that the scripts change.
const (
	keyComputerName = `HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\ComputerName`
	keyTcpip        = `HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\Tcpip\Parameters`
	keyCertificates = `HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates`
)

// The program as it is built for Windows, on a computer named EX001 whose store
// LocalMachine\My holds what fixtures/store/sst does, beside the directory lab.
// Wine keeps a store in the registry, each certificate as an element of a
// serialized store, as Windows does.
func TestWineLab(t *testing.T) {
	require.NotEmpty(t, os.Getenv("WINEPREFIX"), "run this with labs/samba/run.sh labs/wine/run.sh go test -tags integration -run TestWineLab ./cmd/transportcert/internal/e2e")
	folder := t.TempDir()
	wine := func(args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "wine64", args...).CombinedOutput()
		require.NoError(t, err, "%s: %s", args, out)
	}
	importReg := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte("Windows Registry Editor Version 5.00\r\n\r\n"+text), 0o600))
		wine("reg", "import", path)
	}

	for i, key := range []string{keyComputerName, keyTcpip} {
		before := filepath.Join(folder, fmt.Sprintf("before%d.reg", i))
		wine("reg", "export", key, before, "/y")
		t.Cleanup(func() {
			require.NoError(t, exec.Command("wine64", "reg", "delete", key, "/f").Run())
			require.NoError(t, exec.Command("wine64", "reg", "import", before).Run())
		})
	}
	importReg("names.reg", "["+keyComputerName+"\\ActiveComputerName]\r\n\"ComputerName\"=\"EX001\"\r\n\r\n"+
		"["+keyComputerName+"\\ComputerName]\r\n\"ComputerName\"=\"EX001\"\r\n\r\n"+
		"["+keyTcpip+"]\r\n\"Hostname\"=\"EX001\"\r\n\"Domain\"=\"corp.contoso.test\"\r\n")

	store, err := os.ReadFile("../../../../fixtures/store/sst/ex01.sst")
	require.NoError(t, err)
	var seed strings.Builder
	count := 0
	for offset := 8; len(store)-offset > 12; count++ { // between the file's header and its end
		element, next, err := certstore.ReadElement(store, offset)
		require.NoError(t, err)
		blob := strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("% x", store[offset:next]), " ", ","), ",")
		fmt.Fprintf(&seed, "[%s\\%X]\r\n\"Blob\"=hex:%s\r\n\r\n", keyCertificates, sha1.Sum(element.Certificate), blob)
		offset = next
	}
	require.Equal(t, 5, count)
	importReg("store.reg", seed.String())
	t.Cleanup(func() { require.NoError(t, exec.Command("wine64", "reg", "delete", keyCertificates, "/f").Run()) })

	exe := filepath.Join(folder, "transportcert.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", exe, "../..")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	fixtures, err := filepath.Abs("../../../../fixtures")
	require.NoError(t, err)
	// The scripts share the registry, and with it this test's time.
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 "testdata/wine",
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
			Setup: func(env *testscript.Env) error {
				for _, variable := range os.Environ() {
					name, value, _ := strings.Cut(variable, "=")
					if strings.HasPrefix(name, "WINE") || name == "HOME" || name == "LC_ALL" {
						env.Setenv(name, value)
					} else if strings.HasPrefix(name, "TRANSPORTCERT_LAB_") {
						env.Setenv(strings.TrimPrefix(name, "TRANSPORTCERT_"), value)
					}
				}
				env.Setenv("TMPDIR", os.TempDir()) // where wine finds its server
				env.Setenv("FIXTURES", fixtures)
				env.Setenv("EXE", exe)
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		})
	})
}
