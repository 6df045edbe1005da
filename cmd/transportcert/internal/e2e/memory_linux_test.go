package e2e_test

import (
	"fmt"
	"io"
	"os"
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
			r := start(t, strings.Fields(strings.ReplaceAll(command, "FOLDER", folder))...)
			const count = 5000
			line := strings.ReplaceAll(input(t, "58-mismatch-in-session"), `"EX01"`, `"EX00000"`) + "\n" // with findings
			go func() {
				for i := 1; i <= count; i++ {
					io.WriteString(r.stdin, strings.ReplaceAll(line, "EX00000", fmt.Sprintf("EX%05d", i)))
				}
			}()
			for last := fmt.Sprintf("EX%05d", count); !strings.Contains(r.line(t), last); {
			}
			memory := peakMemory(t, r.Process.Pid)
			require.NoError(t, r.stdin.Close())
			_, err := io.Copy(io.Discard, r.stdout)
			require.NoError(t, err)
			require.NoError(t, r.Wait(), r.stderr)
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
