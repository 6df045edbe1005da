package e2e_test

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// What README.md shows is what the program prints.
func TestREADMEOutput(t *testing.T) {
	t.Parallel()
	shown := 0
	for _, block := range blocksOf(t, "README.md") {
		if block.language != "console" {
			continue
		}
		line, expected, _ := strings.Cut(block.text, "\n")
		command := exec.CommandContext(soon(t), "transportcert", strings.Fields(line)[2:]...)
		command.Dir = "../../../.."
		ended := endingOf(t, command)
		require.Equal(t, exitNo, ended.code, "mail is at risk")
		require.Equal(t, expected, ended.stdout)
		shown++
	}
	require.Equal(t, 1, shown)
}

// readmeElsewhere are the commands of README.md that cannot run here, by how they begin, and why.
var readmeElsewhere = map[string]string{
	"transportcert gather --all-servers --ldap-url ": "needs a domain controller: labs/samba has one",
	"transportcert probe ":                           "needs a mail server: TestProbe and labs/postfix have some",
	"make ":                                          "builds and tests the project itself",
	".ci/run ":                                       "runs everything that CI runs",
}

// The commands of README.md answer, in the order of the page, where there are
// the files that it speaks of. The answer can be no: it depends on the date.
func TestREADMECommands(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a shell of Linux or macOS")
	}
	folder := readmeFolder(t)
	ran, elsewhere := 0, map[string]bool{}
	for _, block := range blocksOf(t, "README.md") {
		if block.language == "rego" {
			name, _, _ := strings.Cut(strings.TrimPrefix(block.text, "# "), "\n")
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700))
			put(t, filepath.Join(folder, name), block.text)
		}
		if block.language != "sh" {
			continue
		}
		for line := range strings.Lines(block.text) {
			if begin := beginOf(line); begin != "" {
				elsewhere[begin] = true
				continue
			}
			command := exec.CommandContext(soon(t), "bash", "-c", line)
			command.Dir = folder
			require.Less(t, endingOf(t, command).code, exitError, line)
			ran++
		}
	}
	require.Len(t, elsewhere, len(readmeElsewhere), "an exception is for a command that is there")
	require.Greater(t, ran, 10)
	for _, file := range []string{"report.html", "findings.csv", "plan.ps1"} {
		require.FileExists(t, filepath.Join(folder, file))
	}
}

func beginOf(line string) string {
	for begin := range readmeElsewhere {
		if strings.HasPrefix(line, begin) {
			return begin
		}
	}
	return ""
}

// readmeFolder is a folder with an export, the root certificate, and the documents of last week.
func readmeFolder(t *testing.T) string {
	t.Helper()
	folder := ciRepository(t, "[]")
	exports := filepath.Join(folder, "exports")
	file, err := os.Create(filepath.Join(folder, "TransportFacts-20261122T070000Z.zip"))
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	require.NoError(t, archive.AddFS(os.DirFS(exports)))
	require.NoError(t, archive.Close())
	require.NoError(t, file.Close())
	ended := program(t, "", "gather", "--all-servers", "--exports", exports, "-o", filepath.Join(folder, "documents-last-week"))
	require.Zero(t, ended.code, ended.stderr)
	return folder
}

// The workflow of README.md fails for what is wrong, as the action does.
func TestREADMEWorkflow(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the workflow is for Linux")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	blocks := blocksOf(t, "README.md")
	at := slices.IndexFunc(blocks, func(b block) bool { return b.language == "yaml" })
	require.GreaterOrEqual(t, at, 0)
	var workflow map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(blocks[at].text), &workflow))
	step := steps(workflow["jobs"].(map[string]any)["check"].(map[string]any))[1]
	ref, ok := strings.CutPrefix(step["uses"].(string), "transportcert/transportcert@")
	require.True(t, ok)
	arguments := step["with"].(map[string]any)["arguments"].(string)
	server := serveRelease(t, "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)

	for at, expected := range map[string]int{"2026-11-22": 0, "2040-01-01": exitNo} { // when every certificate has expired
		inputs := map[string]string{"arguments": arguments + "--at=" + at + "T00:00:00Z\n"}
		code, log, _ := server.runAction(t, ciRepository(t, "[]"), ref, inputs)
		require.Equal(t, expected, code, log)
		require.Equal(t, expected == exitNo, strings.Contains(log, "::error "), log)
	}
}
