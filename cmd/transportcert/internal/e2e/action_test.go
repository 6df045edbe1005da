package e2e_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// An action is what of action.yml a runner needs.
type action struct {
	Inputs map[string]struct {
		Default  string
		Required bool
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Steps []struct {
			ID, Shell, Run string
			Env            map[string]string
		}
	}
}

// A releaseServer has one release for one platform.
type releaseServer struct {
	url   string
	ca    string            // a file with the certificate of the server
	files map[string][]byte // by path
}

// serveRelease serves a release, in which the program is a script that decides for a day at which the fixtures are what
// the tests expect.
func serveRelease(t *testing.T, version, platform string) releaseServer {
	t.Helper()
	program, err := exec.LookPath("transportcert")
	require.NoError(t, err)
	text := fmt.Sprintf("#!/bin/sh\ncommand=$1\nshift\nexec '%s' \"$command\" --at 2026-11-22T07:00:00Z --procedure 2010 \"$@\"\n", program)
	name := "transportcert_" + version + "_" + platform
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	tarred := tar.NewWriter(zipped)
	require.NoError(t, tarred.WriteHeader(&tar.Header{Name: name + "/transportcert", Mode: 0o755, Size: int64(len(text))}))
	_, err = io.WriteString(tarred, text)
	require.NoError(t, err)
	require.NoError(t, tarred.Close())
	require.NoError(t, zipped.Close())
	files := map[string][]byte{
		"/download/v" + version + "/" + name + ".tar.gz": archive.Bytes(),
		"/download/v" + version + "/checksums.txt":       fmt.Appendf(nil, "%x  other.deb\n%x  %s.tar.gz\n", sha256.Sum256(nil), sha256.Sum256(archive.Bytes()), name),
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/latest" {
			http.Redirect(w, r, "/tag/v"+version, http.StatusFound)
		} else if text, found := files[r.URL.Path]; found || r.URL.Path == "/tag/v"+version {
			_, _ = w.Write(text)
		} else {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	return releaseServer{server.URL, ca, files}
}

// runAction does what a runner does with action.yml.
func (s releaseServer) runAction(t *testing.T, folder, ref string, inputs map[string]string) (code int, log, outputs string) {
	t.Helper()
	root, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	require.NoError(t, err)
	var a action
	require.NoError(t, yaml.Unmarshal(text, &a))
	require.Len(t, a.Runs.Steps, 1)
	step := a.Runs.Steps[0]
	require.Equal(t, "${{ steps."+step.ID+".outputs.sarif }}", a.Outputs["sarif"].Value)
	require.NotContains(t, step.Run, "${{", "inputs are no code")

	outputFile := filepath.Join(t.TempDir(), "output")
	environment := append(os.Environ(), "GITHUB_ACTION_PATH="+root, "GITHUB_OUTPUT="+outputFile, "TRANSPORTCERT_RELEASES="+s.url, "CURL_CA_BUNDLE="+s.ca)
	for name, value := range step.Env {
		environment = append(environment, name+"="+regexp.MustCompile(`\$\{\{ ([a-z]+)\.([a-z_-]+) \}\}`).ReplaceAllStringFunc(value, func(expression string) string {
			name := strings.Fields(strings.ReplaceAll(expression, ".", " "))[2]
			if name == "action_ref" {
				return ref
			}
			input, known := a.Inputs[name]
			require.True(t, known, expression)
			if given, ok := inputs[name]; ok {
				return given
			}
			require.False(t, input.Required, name)
			return input.Default
		}))
	}
	command := exec.CommandContext(soon(t), step.Shell, "-e", "-c", step.Run)
	command.Dir, command.Env = folder, environment
	output, err := command.CombinedOutput()
	if command.ProcessState == nil {
		require.NoError(t, err)
	}
	set, _ := os.ReadFile(outputFile)
	return command.ProcessState.ExitCode(), string(output), string(set)
}

func TestAction(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the test packs a .tar.gz, which the action does not take on Windows")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	const arguments = "--all-servers\n--exports\nexports\n\n--roots\ncontoso-root.pem\n"
	server := serveRelease(t, "1.2.3", runtime.GOOS+"_"+runtime.GOARCH)

	for name, test := range map[string]struct {
		inputs map[string]string
		ref    string
		code   int
		log    string
	}{
		"latest release":      {map[string]string{"arguments": arguments, "fail-on": "warning"}, "main", 1, "::warning file=exports/"},
		"the action's ref":    {map[string]string{"arguments": arguments}, "v1.2.3", 0, "::warning file=exports/"},
		"a version":           {map[string]string{"arguments": arguments, "version": "v1.2.3"}, "", 0, "::warning file=exports/"},
		"no such version":     {map[string]string{"arguments": arguments, "version": "1.2.4"}, "", 2, "::error title=transportcert::Release 1.2.4 could not be downloaded."},
		"not a version":       {map[string]string{"arguments": arguments, "version": "1.2.3/../../x"}, "", 2, "The input version must be a version"},
		"nothing to check":    {map[string]string{"arguments": "\n"}, "v1.2.3", 2, "The input arguments must say what to check."},
		"a name of two lines": {map[string]string{"arguments": arguments, "sarif": "a\nb=c"}, "v1.2.3", 2, "The input sarif must be the name of a file."},
		"a bad argument":      {map[string]string{"arguments": "--exports\nnone; touch injected"}, "v1.2.3", 2, "none; touch injected"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := ciRepository(t, "[]")
			code, log, outputs := server.runAction(t, folder, test.ref, test.inputs)
			require.Equal(t, test.code, code, log)
			require.Contains(t, log, test.log)
			require.NoFileExists(t, filepath.Join(folder, "injected"))
			if code < exitError {
				require.Equal(t, "sarif=transportcert.sarif\n", outputs)
				require.FileExists(t, filepath.Join(folder, "transportcert.sarif"))
			}
		})
	}

	for name := range server.files {
		if strings.HasSuffix(name, ".tar.gz") {
			server.files[name] = append(bytes.Clone(server.files[name]), 0)
		}
	}
	folder := ciRepository(t, "[]")
	code, log, _ := server.runAction(t, folder, "v1.2.3", map[string]string{"arguments": arguments})
	require.Equal(t, exitError, code)
	require.Contains(t, log, "does not have the checksum of release 1.2.3.")
	require.NoFileExists(t, filepath.Join(folder, "transportcert.sarif"))
}

// What pre-commit would run, on what the hooks are for.
func TestPreCommitHooks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../.pre-commit-hooks.yaml")
	require.NoError(t, err)
	var hooks []struct {
		ID, Entry, Files string
		Args             []string
	}
	require.NoError(t, yaml.Unmarshal(text, &hooks))
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "documents"), 0o700))
	put(t, filepath.Join(folder, "documents", "EX01.json"), input(t, "58-mismatch-in-session"))
	require.NoError(t, os.CopyFS(filepath.Join(folder, "custom"), os.DirFS("../../../../examples/custom")))
	files := map[string][]string{"transportcert-check": {"documents/EX01.json"}, "transportcert-policy-check": nil}
	require.Len(t, hooks, len(files))
	for _, hook := range hooks {
		found, known := files[hook.ID]
		require.True(t, known, hook.ID)
		for _, file := range found {
			require.Regexp(t, hook.Files, file)
		}
		words := append(append(strings.Fields(hook.Entry), hook.Args...), found...)
		command := exec.CommandContext(soon(t), words[0], words[1:]...)
		command.Dir = folder
		output, err := command.CombinedOutput()
		require.NoError(t, err, string(output))
	}
}
