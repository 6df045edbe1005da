package main

import (
	"errors"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain fails where the tests leave a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Whatever names an error or a note holds, the terminal shows them.
func TestReport(t *testing.T) {
	t.Parallel()
	var stderr strings.Builder
	report(&stderr, errors.New("a\x1b[2J\n  b\u202e"))
	note(&stderr)("c\x1b[2J\nd")
	require.Equal(t, "transportcert: a\\x1b[2J\n  b\\u202e\nnote: c\\x1b[2J\\nd\n", stderr.String())

	stderr.Reset()
	report(&stderr, errors.New(strings.Repeat("x", 1<<20)))
	note(&stderr)(strings.Repeat("x", 1<<20))
	require.Less(t, stderr.Len(), 20<<10)
}

func TestColors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		when        string
		terminal    bool
		environment map[string]string
		expected    bool
	}{
		{"auto", true, map[string]string{"TERM": "xterm"}, true},
		{"auto", true, nil, true},
		{"auto", false, map[string]string{"TERM": "xterm"}, false},
		{"auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"auto", true, map[string]string{"NO_COLOR": "0"}, false},
		{"auto", true, map[string]string{"NO_COLOR": ""}, true},
		{"auto", true, map[string]string{"TERM": "dumb"}, false},
		{"always", false, map[string]string{"NO_COLOR": "1", "TERM": "dumb"}, true},
		{"never", true, nil, false},
	}
	for _, test := range tests {
		d := documentFlags{color: test.when}
		require.Equal(t, test.expected, d.colorsOn(test.terminal, func(name string) string { return test.environment[name] }), "%v", test)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	require.Equal(t, build{"(devel)", "unknown", "unknown", "go1.26.0", "unknown"}, describe(&debug.BuildInfo{GoVersion: "go1.26.0"}))
	b := describe(&debug.BuildInfo{
		GoVersion: "go1.26.0",
		Main:      debug.Module{Version: "v1.2.3"},
		Deps:      []*debug.Module{{Path: "github.com/open-policy-agent/opa", Version: "v1.22.2"}},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.modified", Value: "true"}, {Key: "vcs.time", Value: "2026-11-22T07:00:00Z"},
		},
	})
	require.Equal(t, build{"1.2.3", "0123abcd (modified)", "2026-11-22T07:00:00Z", "go1.26.0", "v1.22.2"}, b)
	require.Equal(t, "1.2.3 (commit 0123abcd (modified), 2026-11-22T07:00:00Z)", b.String())
}
