package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/webcheck"
)

// What a page finds in exports that are dropped on it is what check finds in the
// same zip file, to the byte.
func TestDroppedIsChecked(t *testing.T) {
	const exports = "../../fixtures/exports"
	roots, err := os.ReadFile(filepath.Join(exports, "roots", "contoso-root.pem"))
	require.NoError(t, err)
	entries, err := os.ReadDir(exports)
	require.NoError(t, err)
	folder := t.TempDir()
	checker := webcheck.Checker{}
	rootsFile := filepath.Join(folder, "contoso-root.pem")
	require.NoError(t, os.WriteFile(rootsFile, roots, 0o600))
	tried := 0
	for _, entry := range entries {
		if !entry.IsDir() || entry.Name() == "roots" {
			continue
		}
		tried++
		var data bytes.Buffer
		w := zip.NewWriter(&data)
		require.NoError(t, w.AddFS(os.DirFS(filepath.Join(exports, entry.Name()))))
		require.NoError(t, w.Close())
		file := filepath.Join(folder, entry.Name()+".zip")
		require.NoError(t, os.WriteFile(file, data.Bytes(), 0o600))

		result, err := checker.Check(t.Context(), []webcheck.File{
			{Name: entry.Name() + ".zip", Data: data.Bytes()}, {Name: "contoso-root.pem", Data: roots},
		}, webcheck.Options{At: "2026-11-22T07:00:00Z", Version: thisBuild().version})
		require.NoError(t, err)
		require.NotEmpty(t, result.Servers)
		args := []string{"check", "--exports", file, "--roots", rootsFile, "--at", "2026-11-22T07:00:00Z"}
		if len(result.Servers) > 1 {
			args = append(args, "--all-servers")
		}
		formats := []string{"json", "sarif", "text", "csv", "plan", "html"}
		for _, format := range formats {
			args = append(args, "-o", format+"="+filepath.Join(folder, format))
		}
		var stdout, stderr bytes.Buffer
		require.Less(t, run(args, strings.NewReader(""), &stdout, &stderr), exitError, "%s", &stderr)
		for _, format := range formats {
			want, err := os.ReadFile(filepath.Join(folder, format))
			require.NoError(t, err)
			var page bytes.Buffer
			require.NoError(t, result.Write(t.Context(), &page, format, func(string, int, int) {}))
			require.Equal(t, string(want), page.String(), "%s %s", entry.Name(), format)
		}
		for _, note := range result.Notes {
			require.Contains(t, strings.ReplaceAll(stderr.String(), folder+string(filepath.Separator), ""), note)
		}
	}
	require.NotZero(t, tried)
}
