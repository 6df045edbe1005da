package collect_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/chains"
	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/gather/exports"
)

// zipped returns the files of a folder in the form of ReadZip.
func zipped(t *testing.T, folder string) fs.FS {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	require.NoError(t, w.AddFS(os.DirFS(folder)))
	require.NoError(t, w.Close())
	files, err := exports.ReadZip(bytes.NewReader(data.Bytes()), int64(data.Len()), exports.Limits{})
	require.NoError(t, err)
	return files
}

// A file system in memory has the same results as the same files on disk.
func TestFileSystems(t *testing.T) {
	const storeFixtures = "../../fixtures/store"
	disk := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(disk, "exports"), os.DirFS(twoServers)))
	require.NoError(t, os.Remove(filepath.Join(disk, "exports", "certificates.xml")))
	require.NoError(t, os.CopyFS(filepath.Join(disk, "store", "EX01"), os.DirFS(filepath.Join(storeFixtures, "pem"))))
	require.NoError(t, os.CopyFS(filepath.Join(disk, "store", "EX02"), os.DirFS(filepath.Join(storeFixtures, "p7b"))))
	require.NoError(t, os.WriteFile(filepath.Join(disk, "facts.json"), []byte(`{"now": "2027-01-01T00:00:00Z"}`), 0o600))
	require.NoError(t, os.CopyFS(disk, os.DirFS("../../fixtures/exports/roots")))
	t.Chdir(disk) // so that the paths are the same in both

	collected := func(exportFiles, files fs.FS) (map[string]*gather.Document, []string) {
		var notes []string
		report := func(sentence string) { notes = append(notes, sentence) }
		roots, err := chains.ReadRoots(files, "contoso-root.pem")
		require.NoError(t, err)
		facts, err := gather.ReadFacts(files, "facts.json")
		require.NoError(t, err)
		docs, errs := documents(t, collect.Collector{
			All: true, Report: report, Facts: facts, Chains: &chains.Gatherer{Roots: roots, Report: report},
			Sources: []collect.Source{
				collect.Exports{Dir: "exports", Files: exportFiles, Report: report},
				collect.Store{Paths: []string{"store"}, System: files, Report: report},
			},
		})
		require.Empty(t, errs)
		return docs, notes
	}
	wanted, wantedNotes := collected(nil, nil)
	got, notes := collected(zipped(t, "exports"), zipped(t, "."))
	require.Len(t, wanted, 2)
	for name, doc := range got {
		doc.GatheredAt = wanted[name].GatheredAt // the times in a zip file have a resolution of two seconds, or are absent
	}
	require.Equal(t, wanted, got)
	require.Equal(t, wantedNotes, notes)
}

// For one file of a file system, the services.json next to it is read.
func TestOneFileOfAFileSystem(t *testing.T) {
	t.Parallel()
	files := zipped(t, "../../fixtures/store/pem")
	entries, err := fs.Glob(files, "*.crt")
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	doc := gather.Document{}
	source := collect.Store{Paths: entries[:1], System: files}
	require.NoError(t, source.Gather(t.Context(), "", &doc))
	require.NotEmpty(t, doc.Certificates)
	require.Equal(t, "store:"+entries[0], doc.Sources["certificates"])
	source.Paths = []string{"none.crt"}
	require.ErrorIs(t, source.Gather(t.Context(), "", &doc), fs.ErrNotExist)
}
