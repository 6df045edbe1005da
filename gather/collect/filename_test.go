package collect_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather/collect"
)

func TestFileName(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"EX01":             "EX01",
		"ex-01_b":          "ex-01_b",
		"ex01.contoso":     "ex01.contoso",
		"ZÜRICH1":          "ZÜRICH1",
		"..":               "%2E%2E",
		".":                "%2E",
		".hidden":          "%2Ehidden",
		"dot.":             "dot%2E",
		"../../etc/passwd": "%2E.%2F..%2Fetc%2Fpasswd",
		`C:\x`:             "C%3A%5Cx",
		"a/b":              "a%2Fb",
		"a%2Fb":            "a%252Fb",
		"CON":              "%43ON",
		"nul.txt":          "%6Eul.txt",
		"lpt1":             "%6Cpt1",
		"CONTOSO":          "CONTOSO",
		"a b":              "a%20b",
		"a\x00\n\x1b":      "a%00%0A%1B",
		"a\xff":            "a%FF",
		"a\ufffd":          "a%EF%BF%BD",
		"a\u202eb":         "a%E2%80%AEb",
	} {
		require.Equal(t, want, collect.FileName(server))
		require.True(t, filepath.IsLocal(want+".json"), want)
	}
}
