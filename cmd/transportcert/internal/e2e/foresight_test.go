package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What docs/foresight.md shows is what its commands print, one after the other in
// one folder.
func TestForesightInDocs(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the commands need a POSIX shell: ", err)
	}
	document, err := os.ReadFile("../../../../fixtures/144-starttls-renewed/input.json")
	require.NoError(t, err)
	folder := t.TempDir()
	put(t, filepath.Join(folder, "ex01.json"), string(document))
	writeRenewal(t, folder)
	ran := 0
	for _, block := range blocksOf(t, "docs/foresight.md") {
		if block.language != "console" {
			continue
		}
		for _, shown := range strings.Split(block.text, "\n$ ") {
			ran++
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
	require.NotZero(t, ran)
}
