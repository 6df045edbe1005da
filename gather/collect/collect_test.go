package collect_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/gather/directory"
)

const twoServers = "../../fixtures/exports/two-servers"

// documents returns a collector's documents by server, and its errors.
func documents(t *testing.T, c collect.Collector) (map[string]*gather.Document, []error) {
	t.Helper()
	if c.Report == nil {
		c.Report = func(string) {}
	}
	all, errs := map[string]*gather.Document{}, []error{}
	for doc, err := range c.Documents(t.Context()) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		require.NoError(t, doc.Validate())
		all[doc.Server] = doc
	}
	return all, errs
}

// The document of one server is the same with and without the other servers.
func TestOneAndAllAreTheSame(t *testing.T) {
	t.Parallel()
	sources := []collect.Source{collect.Exports{Dir: twoServers}}
	all, errs := documents(t, collect.Collector{Sources: sources, All: true})
	require.Empty(t, errs)
	require.Len(t, all, 2)
	for _, server := range []string{"EX01", "EX02"} {
		one, errs := documents(t, collect.Collector{Sources: sources, Server: server})
		require.Empty(t, errs)
		require.Equal(t, one[server], all[server])
	}
}

// A later source replaces whole sections, for the servers that it knows.
func TestALaterSourceWins(t *testing.T) {
	t.Parallel()
	stores := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(stores, "ex01"), os.DirFS("../../fixtures/store/pem")))
	require.NoError(t, os.Mkdir(filepath.Join(stores, "EX09"), 0o700))
	var notes []string
	report := func(sentence string) { notes = append(notes, sentence) }
	all, errs := documents(t, collect.Collector{
		All: true, Report: report,
		Sources: []collect.Source{collect.Exports{Dir: twoServers}, collect.Store{Paths: []string{stores}, Report: report}},
	})
	require.Empty(t, errs)
	require.Equal(t, "store:"+filepath.Join(stores, "ex01"), all["EX01"].Sources["certificates"])
	require.Contains(t, all["EX02"].Sources["certificates"], "clixml:")
	require.Contains(t, notes, "skipped, no server has this name: "+filepath.Join(stores, "EX09"))
}

// A missing section is an error for that server only, which names the section.
func TestMissing(t *testing.T) {
	t.Parallel()
	exports, stores := t.TempDir(), t.TempDir()
	require.NoError(t, os.CopyFS(exports, os.DirFS(twoServers)))
	require.NoError(t, os.Remove(filepath.Join(exports, "certificates.xml")))
	require.NoError(t, os.CopyFS(filepath.Join(stores, "EX02"), os.DirFS("../../fixtures/store/pem")))
	report := func(string) {}
	all, errs := documents(t, collect.Collector{
		All:     true,
		Sources: []collect.Source{collect.Exports{Dir: exports}, collect.Store{Paths: []string{stores}, Report: report}},
	})
	require.Contains(t, all, "EX02")
	require.Len(t, errs, 1)
	missing := (*collect.MissingError)(nil)
	require.ErrorAs(t, errs[0], &missing)
	require.Equal(t, []string{"certificates"}, missing.Sections)
	require.EqualError(t, errs[0], "EX01: missing information: certificates; there is no folder "+filepath.Join(stores, "EX01"))
}

// A directory is queried for the server that another source names, whatever the
// order of the sources.
func TestServerNameBySource(t *testing.T) {
	t.Parallel()
	nobodyThere := collect.Directory{Gatherer: directory.Gatherer{URL: "ldap://127.0.0.1:1"}}
	_, errs := documents(t, collect.Collector{Sources: []collect.Source{nobodyThere}})
	require.ErrorIs(t, errs[0], collect.ErrNoServer)
	for name, namer := range map[string]collect.Source{
		"host":    collect.HostNames{FQDN: "ex01.corp.contoso.test", HostName: "EX01"},
		"exports": collect.Exports{Dir: "../../fixtures/exports/remote"},
	} {
		_, errs := documents(t, collect.Collector{Sources: []collect.Source{nobodyThere, namer}})
		require.ErrorContains(t, errs[0], "directory ldap://127.0.0.1:1: ", name)
	}
	_, errs = documents(t, collect.Collector{Sources: []collect.Source{nobodyThere, collect.Exports{Dir: twoServers}}})
	require.ErrorContains(t, errs[0], "several servers: EX01, EX02")
}

func TestFactsOfAnotherServer(t *testing.T) {
	t.Parallel()
	_, errs := documents(t, collect.Collector{
		Sources: []collect.Source{collect.Exports{Dir: twoServers}}, Server: "EX01",
		Facts: &gather.Document{Server: "EX02"}, FactsFile: "facts.json",
	})
	require.EqualError(t, errs[0], "facts.json is about the server EX02, but the other sources are about EX01")
}
