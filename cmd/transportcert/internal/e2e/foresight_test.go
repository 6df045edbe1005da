package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```\n")

// What docs/foresight.md shows is what its commands print, one after the other in
// one folder.
func TestForesightInDocs(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the commands need a POSIX shell: ", err)
	}
	text, err := os.ReadFile("../../../../docs/foresight.md")
	require.NoError(t, err)
	document, err := os.ReadFile("../../../../fixtures/144-starttls-renewed/input.json")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "ex01.json"), document, 0o600))
	writeRenewal(t, folder)
	blocks := consoleBlock.FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		for _, shown := range strings.Split(block[1], "\n$ ") {
			line, expected, _ := strings.Cut(strings.TrimPrefix(shown, "$ "), "\n")
			command := exec.CommandContext(soon(t), shell, "-c", line)
			command.Dir = folder
			found, err := command.CombinedOutput()
			if err != nil {
				require.ErrorAs(t, err, new(*exec.ExitError), line) // what ends with another exit code is shown as well
			}
			require.Equal(t, strings.TrimSuffix(expected, "\n"), strings.TrimSuffix(string(found), "\n"), line)
		}
	}
}
