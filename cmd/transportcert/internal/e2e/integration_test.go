//go:build integration

package e2e_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
)

// labHas returns one of the variables that labs/samba/run.sh sets.
func labHas(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv("TRANSPORTCERT_LAB_" + name)
	require.NotEmpty(t, value, "run this with labs/samba/run.sh go test -tags integration -run TestDirectoryLab ./cmd/transportcert/internal/e2e")
	return value
}

// A labSession is the folder of somebody who is logged on with Kerberos.
type labSession struct{ folder string }

// run runs a command line of the shell there.
func (s labSession) run(t *testing.T, stdin, line string, args ...string) ending {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", append([]string{"-c", line, "sh"}, args...)...)
	command.Dir = s.folder
	command.Env = append(os.Environ(), "KRB5CCNAME=FILE:"+labHas(t, "READER_CCACHE"), "KRB5_CONFIG="+labHas(t, "KRB5_CONFIG"))
	command.Stdin = strings.NewReader(stdin)
	begun := time.Now()
	ended := endingOf(t, command)
	t.Logf("%.40s: %s", line, time.Since(begun).Round(time.Millisecond))
	return ended
}

// program runs the program there.
func (s labSession) program(t *testing.T, stdin string, args ...string) ending {
	t.Helper()
	return s.run(t, stdin, `transportcert "$@"`, args...)
}

// A labServer is what the lab was built to give for a server.
type labServer struct {
	Server   string `json:"server"`
	Case     string `json:"case"`
	Decision struct {
		Connectors  []evaluate.AnonymousConnector `json:"connectors"`
		Certificate *string                       `json:"certificate"`
		Expired     *bool                         `json:"expired"`
		Eligible    []string                      `json:"eligible"`
		Best        *string                       `json:"best"`
		BestKind    *string                       `json:"best_kind"`
		MatchesBest *bool                         `json:"matches_best"`
		Events      []int                         `json:"events"`
	} `json:"decision"`
}

func labPlan(t *testing.T) (now string, servers []labServer) {
	t.Helper()
	text, err := os.ReadFile(labHas(t, "PLAN"))
	require.NoError(t, err)
	var all struct {
		Now     string      `json:"now"`
		Servers []labServer `json:"servers"`
	}
	require.NoError(t, json.Unmarshal(text, &all))
	require.GreaterOrEqual(t, len(all.Servers), 300)
	slices.SortFunc(all.Servers, func(a, b labServer) int { return strings.Compare(a.Server, b.Server) })
	return all.Now, all.Servers
}

// requirePlanned compares decisions, one a line, with those of the plan.
func requirePlanned(t *testing.T, servers []labServer, ndjson string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(ndjson, "\n"), "\n")
	require.Len(t, lines, len(servers))
	for i, want := range servers {
		var decision evaluate.Decision
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &decision))
		got := decision.InboundAnonymous
		what := want.Server + ": " + want.Case
		require.Equal(t, want.Server, got.Server)
		byName := func(a, b evaluate.AnonymousConnector) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(want.Decision.Connectors, byName)
		slices.SortFunc(got.Connectors, byName)
		require.Equal(t, want.Decision.Connectors, got.Connectors, what)
		require.Equal(t, want.Decision.Certificate, got.Thumbprint, what)
		require.Equal(t, want.Decision.Expired, got.Expired, what)
		require.Equal(t, want.Decision.Eligible, got.Eligible, what)
		require.Equal(t, want.Decision.Best, got.Best, what)
		require.Equal(t, want.Decision.BestKind, got.BestKind, what)
		require.Equal(t, want.Decision.MatchesBest, got.MatchesBest, what)
		events := []int{}
		for _, event := range got.Events {
			events = append(events, event.ID)
		}
		require.Equal(t, want.Decision.Events, events, what)
	}
}

// A whole forest over verified LDAPS with the ticket that kinit left, from the
// directory to the decision of every server.
func TestDirectoryLabForest(t *testing.T) {
	now, servers := labPlan(t)
	s := labSession{t.TempDir()}
	sources := []string{
		"--all-servers", "--ldap-url", labHas(t, "URL"), "--ldap-ca", labHas(t, "CA"), "--kerberos",
		"--store", labHas(t, "STORE"), "--roots", labHas(t, "ROOTS"),
	}
	gather := func(more ...string) []string { return slices.Concat([]string{"gather"}, sources, more) }

	gathered := s.program(t, "", gather("-o", "documents")...)
	notes := gathered.stderr
	require.Zero(t, gathered.code, notes)
	require.Empty(t, gathered.stdout)
	entries, err := os.ReadDir(filepath.Join(s.folder, "documents"))
	require.NoError(t, err)
	require.Len(t, entries, len(servers))
	lost, noted := 0, 0
	for _, server := range servers {
		require.FileExists(t, filepath.Join(s.folder, "documents", server.Server+".json"))
		if server.Case == "not in the store" {
			lost++
		}
		// A certificate that the directory holds is noted only where the store
		// does not have it. Of notes of one kind five are printed.
		if strings.Contains(notes, "note: "+server.Server+": the internal transport certificate in the directory is CN=") {
			require.Equal(t, "not in the store", server.Case, server.Server)
			noted++
		}
	}
	require.Equal(t, 5, noted)
	require.Contains(t, notes, fmt.Sprintf("note: and %d more of this kind, the last: EX", lost-noted))
	t.Logf("%d notes", strings.Count(notes, "\n"))

	// Three ways to the decisions, and all of them are those of the plan.
	decided := s.program(t, "", "evaluate", "-o", "ndjson", "--at", now, "documents")
	require.Equal(t, exitNo, decided.code, decided.stderr) // some servers offer it on no connector
	require.Empty(t, decided.stderr)
	requirePlanned(t, servers, decided.stdout)

	lines := s.program(t, "", gather("-o", "-")...)
	require.Zero(t, lines.code)
	again := s.program(t, lines.stdout, "evaluate", "-o", "ndjson", "--at", now, "-")
	require.Equal(t, exitNo, again.code)
	require.Equal(t, decided.stdout, again.stdout)

	again = s.program(t, "", slices.Concat([]string{"evaluate", "-o", "ndjson", "--at", now}, sources)...)
	require.Equal(t, exitNo, again.code)
	require.Equal(t, decided.stdout, again.stdout)
}

// One server without certificates keeps the others not back.
func TestDirectoryLabMissingStore(t *testing.T) {
	_, servers := labPlan(t)
	s := labSession{t.TempDir()}
	stores := filepath.Join(s.folder, "stores")
	require.NoError(t, os.CopyFS(stores, os.DirFS(labHas(t, "STORE"))))
	lost := servers[len(servers)/2].Server
	require.NoError(t, os.Rename(filepath.Join(stores, lost), filepath.Join(stores, "OLD")))
	ended := s.program(t, "", "gather", "--all-servers", "--ldap-url", labHas(t, "URL"), "--ldap-ca", labHas(t, "CA"), "--kerberos",
		"--store", "stores", "--roots", labHas(t, "ROOTS"), "-o", "documents")
	require.Equal(t, exitError, ended.code)
	require.Contains(t, ended.stderr, "transportcert: "+lost+": missing information: certificates; there is no folder stores/"+lost+"\n")
	require.Contains(t, ended.stderr, "note: skipped, no server has this name: stores/OLD\n")
	entries, err := os.ReadDir(filepath.Join(s.folder, "documents"))
	require.NoError(t, err)
	require.Len(t, entries, len(servers)-1)
	require.NoFileExists(t, filepath.Join(s.folder, "documents", lost+".json"))
}

// Every command of docs/gathering.md for a shell does what the page says.
func TestDirectoryLabDocs(t *testing.T) {
	s := labSession{t.TempDir()}
	link := func(target, name string) {
		t.Helper()
		target, err := filepath.Abs(target)
		require.NoError(t, err)
		path := filepath.Join(s.folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.Symlink(target, path))
	}
	link(labHas(t, "CA"), "ca.pem")
	link(labHas(t, "ROOTS"), "contoso-root.pem")
	link(labHas(t, "STORE"), "stores")
	link(labHas(t, "READER_PASSWORD"), "password.txt")
	const fixtures = "../../../../fixtures/"
	link(fixtures+"exports/remote", "exports/EX01")
	link(fixtures+"exports/two-servers", "exports/both")
	link(fixtures+"store/sst/ex01.sst", "ex01.sst")
	link(fixtures+"store/pfx/ex01.pfx", "ex01.pfx")
	link(fixtures+"store/p7b/ex01.p7b", "ex01.p7b")
	var facts bytes.Buffer
	archive := zip.NewWriter(&facts)
	require.NoError(t, archive.AddFS(os.DirFS(fixtures+"exports/script")))
	require.NoError(t, archive.Close())
	for name, text := range map[string]string{
		"facts.zip":        facts.String(),
		"pfx-password.txt": "Contoso-2026\n",
		"facts.json":       `{"connectors": [], "directory": {"readable": true, "internal_transport_certificate": null}}`,
		"wlbs.reg": "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WLBS\\Parameters\\Interface\\" +
			"{3F2504E0-4F89-11D3-9A0C-0305E82C3301}]\n\"ClusterName\"=\"nlb.contoso.test\"\n",
	} {
		put(t, filepath.Join(s.folder, name), text)
	}

	count := 0
	for _, block := range blocksOf(t, "docs/gathering.md") {
		if block.language != "sh" {
			continue
		}
		for command := range strings.Lines(strings.ReplaceAll(block.text, "\\\n", "")) {
			if !strings.HasPrefix(command, "transportcert ") {
				require.True(t, strings.HasPrefix(command, "kinit "), command)
				continue // the lab has done that already
			}
			count++
			expected := 0
			if strings.HasPrefix(command, "transportcert evaluate ") {
				expected = exitNo // a server that offers it on no connector
			}
			ended := s.run(t, "", command)
			require.Equal(t, expected, ended.code, "%s\n%s%s", command, ended.stdout, ended.stderr)
		}
	}
	require.Equal(t, 16, count)
	require.FileExists(t, filepath.Join(s.folder, "ex01.json"))
	require.FileExists(t, filepath.Join(s.folder, "forest.ndjson"))
	require.DirExists(t, filepath.Join(s.folder, "documents"))
}

// What a person types at the lab's directory, and what the program answers.
func TestDirectoryLabScripts(t *testing.T) {
	_, servers := labPlan(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/directory",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			for _, variable := range os.Environ() {
				if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "TRANSPORTCERT_LAB_") {
					env.Setenv(strings.TrimPrefix(name, "TRANSPORTCERT_"), value)
				}
			}
			// The first server of each case: $SELF_SIGNED, $NOT_IN_THE_STORE, …
			for _, server := range slices.Backward(servers) {
				env.Setenv(strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(server.Case)), server.Server)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}
