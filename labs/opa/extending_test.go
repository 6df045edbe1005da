//go:build integration

package opa_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var extendingBlock = regexp.MustCompile("(?s)```([a-z]+)\n(?:# ([^\n ]+\\.[a-z]+)\n)?(.*?)```\n")

// TestExtending follows docs/extending.md: it writes every file whose name is
// in its first line, runs every command in order, and compares the output with
// the text that follows.
func TestExtending(t *testing.T) {
	l := newLab(t)
	output := ""
	var stop func()
	counts := map[string]int{}
	for _, found := range extendingBlock.FindAllStringSubmatch(l.read("../../docs/extending.md"), -1) {
		language, file, text := found[1], found[2], l.localized(found[3])
		switch {
		case file != "":
			l.run("mkdir", "-p", l.path(file+"/.."))
			l.write(file, "# "+file+"\n"+text)
			counts["files"]++
		case language == "text":
			require.Equal(t, strings.TrimSpace(text), strings.TrimSpace(output))
			counts["texts"]++
		case strings.HasPrefix(text, "opa run --server "):
			require.Nil(t, stop)
			args := strings.Fields(text)
			require.Equal(t, []string{"--addr", l.opa}, args[3:5])
			_, stop = l.startOPA(l.opa, args[5:]...)
		case language == "sh":
			output = l.run("bash", "-euo", "pipefail", "-c", text)
			counts["commands"]++
		default:
			t.Errorf("this block is neither a file, a command nor its output:\n%s", found[0])
		}
	}
	require.NotNil(t, stop)
	require.Equal(t, map[string]int{"files": 7, "texts": 9, "commands": 13}, counts)

	// OPA serves only signed policies.
	stop()
	l.run("openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", "other.pem")
	l.run("openssl", "pkey", "-in", "other.pem", "-pubout", "-out", "other.pub")
	_, _, code := l.try("opa", "run", "--server", "--addr", l.opa, "--bundle", "contoso.tar.gz", "--verification-key", "other.pub")
	require.NotZero(t, code)
	_, _, code = l.try("sh", "gate.sh", "ex01.json")
	require.Equal(t, 2, code)
}

// TestEveryWayIn checks that the example policy of an organization affects the
// decision and the findings, whichever way it is loaded.
func TestEveryWayIn(t *testing.T) {
	l := newLab(t)
	l.run("transportcert", "bundle", "build", "-o", "ours.tar.gz")
	l.run("transportcert", "bundle", "build", "--policy", "examples/custom", "-o", "both.tar.gz")
	l.run("opa", "build", "--bundle", "examples/custom", "--ignore", "*_test.rego", "-o", "theirs.tar.gz")

	type answer struct {
		Decision map[string]any   `json:"decision"`
		Findings []map[string]any `json:"findings"`
	}
	var expected *answer
	same := func(way string, found answer) {
		if expected == nil {
			inbound := found.Decision["inbound_anonymous"].(map[string]any)
			require.Equal(t, true, inbound["customized"])
			require.Equal(t, []any{"contoso_weak_key"}, inbound["customized_by"])
			require.Contains(t, string(encode(t, found.Findings)), "the minimum is 3072") // the threshold
			expected = &found
		}
		require.Equal(t, *expected, found, way)
	}
	const query = `{"decision": data.transportcert.server.decision, "findings": data.transportcert.compliance.findings}`
	for _, args := range [][]string{
		{"-b", "ours.tar.gz", "-b", "theirs.tar.gz"},
		{"-b", "theirs.tar.gz", "-b", "ours.tar.gz"},
		{"-b", "both.tar.gz"},
	} {
		var found answer
		require.NoError(t, json.Unmarshal([]byte(l.run("opa", append(append([]string{"eval"}, args...), "-i", "ex01.json", "-f", "raw", query)...)), &found))
		same("opa eval "+strings.Join(args, " "), found)
	}
	for _, args := range [][]string{
		{"--policy", "examples/custom"},
		{"--bundle", "examples/custom"},
		{"--bundle", "theirs.tar.gz"},
		{"--bundle", "ours.tar.gz", "--bundle", "theirs.tar.gz"},
		{"--bundle", "ours.tar.gz", "--policy", "examples/custom"},
		{"--bundle", "both.tar.gz"},
	} {
		way := strings.Join(args, " ")
		var found answer
		require.NoError(t, json.Unmarshal([]byte(l.run("transportcert", append([]string{"evaluate", "-o", "json", "ex01.json"}, args...)...)), &found.Decision), way)
		stdout, stderr, code := l.try("transportcert", append([]string{"check", "-o", "json", "ex01.json"}, args...)...)
		require.Equal(t, 1, code, stderr)
		var checked struct {
			Servers []struct{ Findings []map[string]any }
		}
		require.NoError(t, json.Unmarshal([]byte(stdout), &checked), way)
		require.Len(t, checked.Servers, 1, stdout)
		found.Findings = checked.Servers[0].Findings
		same(way, found)
	}
	stdout, stderr, _ := l.try("transportcert", "evaluate", "-o", "json", "ex01.json")
	require.NotContains(t, stdout, "customized", stderr)
}
