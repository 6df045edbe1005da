package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// docs/ci.md is run: the commands of each CI system's snippet, in the way that
// this system runs them, in a repository as the page describes it.

// ciBlocks are the blocks of code of docs/ci.md by what stands before them: the
// heading, and the file's name where the text gives one.
func ciBlocks(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/ci.md")
	require.NoError(t, err)
	blocks := map[string]string{}
	for _, section := range strings.Split(string(text), "\n## ") {
		heading, rest, _ := strings.Cut(section, "\n")
		for _, match := range regexp.MustCompile("(?s)\n```[a-z]+\n(.*?)```\n").FindAllStringSubmatch(rest, -1) {
			require.NotContains(t, blocks, heading, "one block a section")
			blocks[heading] = match[1]
		}
	}
	return blocks
}

// ciRepository makes the repository of the page: the exports of two servers.
func ciRepository(t *testing.T, waivers string) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(folder, "exports"), os.DirFS("../../../../fixtures/exports/two-servers")))
	require.NoError(t, os.CopyFS(folder, os.DirFS("../../../../fixtures/exports/roots")))
	put(t, filepath.Join(folder, "waivers.yaml"), waivers)
	return folder
}

// releases is where the snippets download from.
const releases = "https://github.com/transportcert/transportcert/releases"

// runShell runs commands with a shell, which download from the server in place of GitHub, and returns the exit code and
// what they wrote.
func (s releaseServer) runShell(t *testing.T, folder, commands string, shell []string) (code int, stdout string) {
	t.Helper()
	require.Equal(t, 1, strings.Count(commands, releases), "the program is downloaded once")
	command := exec.CommandContext(soon(t), shell[0], append(shell[1:], "-c", strings.Replace(commands, releases, s.url, 1))...)
	command.Dir = folder
	command.Env = append(os.Environ(), "CURL_CA_BUNDLE="+s.ca)
	ended := endingOf(t, command)
	t.Log(ended.stderr)
	return ended.code, ended.stdout
}

// A ciSystem is a section of the page.
type ciSystem struct {
	run     func(t *testing.T, s releaseServer, folder string, snippet map[string]any) (code int, log string) // as the system does
	reports func(t *testing.T, snippet map[string]any) []string                                               // the files that it publishes, also where a command failed
	log     string                                                                                            // a line of its log about EX02
}

var ciSystems = map[string]ciSystem{
	"GitHub Actions": {
		run: func(t *testing.T, s releaseServer, folder string, snippet map[string]any) (int, string) {
			for _, step := range steps(snippet["jobs"].(map[string]any)["check"].(map[string]any)) {
				ref, isOurs := strings.CutPrefix(step["uses"].(string), "transportcert/transportcert@")
				if !isOurs {
					continue
				}
				require.Equal(t, "check", step["id"])
				inputs := map[string]string{}
				for name, value := range step["with"].(map[string]any) {
					inputs[name] = value.(string)
				}
				code, log, _ := s.runAction(t, folder, ref, inputs)
				return code, log
			}
			t.Fatal("no step uses the action")
			return 0, ""
		},
		reports: func(t *testing.T, snippet map[string]any) (all []string) {
			for _, step := range steps(snippet["jobs"].(map[string]any)["check"].(map[string]any)) {
				with, _ := step["with"].(map[string]any)
				for _, key := range []string{"sarif_file", "path"} {
					if files, ok := with[key].(string); ok {
						require.Equal(t, "${{ !cancelled() }}", step["if"])
						files = strings.ReplaceAll(files, "${{ steps.check.outputs.sarif }}", "transportcert.sarif")
						all = append(all, strings.Fields(files)...)
					}
				}
			}
			return all
		},
		log: "::warning file=exports/transport.xml,title=TC004 The best certificate is not in use (event 1037)::EX02: ",
	},
	"GitLab CI": {
		run: func(t *testing.T, s releaseServer, folder string, snippet map[string]any) (int, string) {
			job := snippet["transportcert"].(map[string]any)
			var commands strings.Builder
			for _, line := range append(job["before_script"].([]any), job["script"].([]any)...) {
				commands.WriteString(strings.TrimSuffix(line.(string), "\n") + "\n")
			}
			return s.runShell(t, folder, commands.String(), []string{"bash", "-eo", "pipefail"})
		},
		reports: func(t *testing.T, snippet map[string]any) []string {
			artifacts := snippet["transportcert"].(map[string]any)["artifacts"].(map[string]any)
			require.Equal(t, "always", artifacts["when"])
			reports := artifacts["reports"].(map[string]any)
			require.Equal(t, "transportcert.json", reports["codequality"])
			return []string{"transportcert.json", reports["junit"].(string), artifacts["paths"].([]any)[0].(string)}
		},
		log: "warning  TC004 The best certificate is not in use (event 1037)",
	},
	"Azure Pipelines": {
		run: func(t *testing.T, s releaseServer, folder string, snippet map[string]any) (int, string) {
			var scripts []string
			for _, step := range steps(snippet) {
				if script, ok := step["script"].(string); ok {
					scripts = append(scripts, script)
				}
			}
			require.Len(t, scripts, 2)
			return s.runShell(t, folder, "("+scripts[0]+") || exit\n"+scripts[1], []string{"bash"})
		},
		reports: func(t *testing.T, snippet map[string]any) (all []string) {
			for _, step := range steps(snippet) {
				inputs, _ := step["inputs"].(map[string]any)
				for _, key := range []string{"testResultsFiles", "PathtoPublish"} {
					if file, ok := inputs[key].(string); ok {
						require.Equal(t, "succeededOrFailed()", step["condition"])
						all = append(all, file)
					}
				}
			}
			return all
		},
		log: "##vso[task.logissue type=warning;sourcepath=exports/transport.xml;code=TC004]The best certificate is not in use (event 1037)%0AEX02: ",
	},
}

func steps(job map[string]any) (all []map[string]any) {
	for _, step := range job["steps"].([]any) {
		all = append(all, step.(map[string]any))
	}
	return all
}

func TestCISnippets(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the snippets are for Linux")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	github, others := serveRelease(t, "0.1.0", runtime.GOOS+"_"+runtime.GOARCH), serveRelease(t, "0.1.0", "linux_amd64")
	blocks := ciBlocks(t)
	for name, system := range ciSystems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var snippet map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(blocks[name]), &snippet))
			server := others
			if name == "GitHub Actions" { // which finds out its platform
				server = github
			}
			published := system.reports(t, snippet)
			require.Contains(t, published, "transportcert.sarif")
			require.Contains(t, published, "transportcert.xml")

			// The page's waivers are of EX01: EX02 fails the gate.
			folder := ciRepository(t, blocks["Waivers"])
			code, log := system.run(t, server, folder, snippet)
			require.Equal(t, 1, code)
			require.Contains(t, log, system.log)
			for _, file := range published {
				require.FileExists(t, filepath.Join(folder, file))
			}
			suites, err := junit.IngestFile(filepath.Join(folder, "transportcert.xml"))
			require.NoError(t, err)
			require.Equal(t, []int{0, 2}, []int{suites[0].Totals.Failed, suites[0].Totals.Skipped}, "EX01")
			require.Equal(t, []int{2, 0}, []int{suites[1].Totals.Failed, suites[1].Totals.Skipped}, "EX02")

			// With waivers of EX02 as well it passes.
			both := blocks["Waivers"] + strings.ReplaceAll(blocks["Waivers"], "EX01", "EX02")
			code, _ = system.run(t, server, ciRepository(t, both), snippet)
			require.Equal(t, 0, code)

			// A mistake in the waivers is an error.
			code, _ = system.run(t, server, ciRepository(t, strings.ReplaceAll(blocks["Waivers"], "2027-06-30", "some day")), snippet)
			require.Equal(t, exitError, code)
		})
	}
}

// What the page says to try fails the gate, as it says, at any time.
func TestCITryIt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for shells of Linux")
	}
	fixtures, err := filepath.Abs("../../../../fixtures")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.Symlink(fixtures, filepath.Join(folder, "fixtures")))
	command := exec.CommandContext(soon(t), "bash", "-c", ciBlocks(t)["Try it"])
	command.Dir = folder
	ended := endingOf(t, command)
	require.Equal(t, exitNo, ended.code)
	require.Equal(t, 2, strings.Count(ended.stdout, "error  TC003 The internal transport certificate has expired (event 12015)\n"))
	require.FileExists(t, filepath.Join(folder, "transportcert.sarif"))
	require.FileExists(t, filepath.Join(folder, "transportcert.xml"))
}
