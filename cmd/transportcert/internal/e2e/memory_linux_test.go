package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Memory does not grow with the number of documents, whatever is written of them:
// these would be 25 MB of documents and as much again of each report.
func TestMemoryOfAStream(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector needs several times the memory and time")
	}
	t.Parallel()
	const most = 200 << 20
	for _, command := range []string{
		"evaluate -o ndjson -",
		"check --fail-on none -o github -o json=FOLDER/found.json -o junit=FOLDER/found.xml -o sarif=FOLDER/found.sarif -",
	} {
		t.Run(strings.Fields(command)[0], func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			program := exec.CommandContext(soon(t), "transportcert", strings.Fields(strings.ReplaceAll(command, "FOLDER", folder))...)
			program.Stderr = os.Stderr
			stdin, err := program.StdinPipe()
			require.NoError(t, err)
			stdout, err := program.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, program.Start())

			const count = 5000
			text, err := os.ReadFile("../../../../fixtures/58-mismatch-in-session/input.json") // with findings
			require.NoError(t, err)
			line := strings.ReplaceAll(strings.ReplaceAll(string(text), "\n", " "), `"EX01"`, `"EX00000"`) + "\n"
			go func() {
				for i := 1; i <= count; i++ {
					io.WriteString(stdin, strings.ReplaceAll(line, "EX00000", fmt.Sprintf("EX%05d", i)))
				}
			}()
			lines := bufio.NewReader(stdout)
			for last := fmt.Sprintf("EX%05d", count); ; {
				line, err := lines.ReadString('\n')
				require.NoError(t, err)
				if strings.Contains(line, last) {
					break
				}
			}
			memory := peakMemory(t, program.Process.Pid)
			require.NoError(t, stdin.Close())
			_, err = io.Copy(io.Discard, lines)
			require.NoError(t, err)
			require.NoError(t, program.Wait())
			t.Logf("%d MB", memory>>20)
			require.Less(t, memory, most)

			files, err := os.ReadDir(folder)
			require.NoError(t, err)
			for _, file := range files {
				info, err := os.Stat(filepath.Join(folder, file.Name()))
				require.NoError(t, err)
				require.Greater(t, info.Size(), int64(count*500), file.Name())
			}
		})
	}
}

// peakMemory returns how many bytes of memory a process had at most.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	require.True(t, found)
	var kilobytes int
	_, err = fmt.Sscanf(rest, "%d kB", &kilobytes)
	require.NoError(t, err)
	return kilobytes << 10
}
