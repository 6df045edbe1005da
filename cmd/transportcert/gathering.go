package main

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/chains"
	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/gather/directory"
	"github.com/transportcert/transportcert/gather/host"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/progress"
)

// A gathering is one run of the sources.
type gathering struct {
	*sources
	command *cobra.Command
	note    gather.Report
	pfx     []byte // the password of PKCS#12 files, where nobody has to be asked
}

// gathered returns the documents that the sources make: one, or one for each
// server. An error is of one document.
func (s *sources) gathered(command *cobra.Command) iter.Seq2[documents.Document, error] {
	return func(yield func(documents.Document, error) bool) {
		g := &gathering{sources: s, command: command, note: once(note(command.ErrOrStderr()))}
		defer func() { clear(g.pfx) }()
		collector, err := g.collector()
		if err != nil {
			yield(documents.Document{}, err)
			return
		}
		servers, withoutTrust, withoutServices := 0, 0, 0
		for document, err := range collector.Documents(command.Context()) {
			servers++
			if err == nil && s.procedure != "" {
				document.Procedure = s.procedure
			}
			if err != nil {
				of := collect.ServerError{Server: s.server}
				errors.As(err, &of)
				if !yield(documents.Document{Name: of.Server}, g.hinted(err)) {
					return
				}
				continue
			}
			if document.UnknownTrust() > 0 {
				withoutTrust++
			}
			if servicesUnknown(document) {
				withoutServices++
			}
			if !s.allServers {
				g.noteUnknown(document)
			}
			if !yield(documents.Document{Name: document.Server, Document: document}, nil) {
				return
			}
		}
		if s.allServers && withoutTrust > 0 {
			g.note(fmt.Sprintf("%d of %d servers have certificates whose trust is unknown%s", withoutTrust, servers, g.trustHint()))
		}
		if s.allServers && withoutServices > 0 {
			g.note(fmt.Sprintf("of %d of %d servers, no certificate's services are known: put a services.json beside the files", withoutServices, servers))
		}
	}
}

// noteUnknown notes what keeps certificates of a document from being eligible
// or best.
func (g *gathering) noteUnknown(document *gather.Document) {
	if n := document.UnknownTrust(); n > 0 {
		g.note(fmt.Sprintf("the trust of %d of %d certificates is unknown%s", n, len(document.Certificates), g.trustHint()))
	}
	if servicesUnknown(document) {
		g.note(fmt.Sprintf("no services are known of any of the %d certificates: pass --services THUMBPRINT=SMTP,IIS, or put a services.json beside the files",
			len(document.Certificates)))
	}
}

func (g *gathering) trustHint() string {
	if len(g.roots) > 0 || g.systemRoots {
		return ""
	}
	return ": pass --roots FILE or --system-roots"
}

// servicesUnknown reports whether certificate files left all services unknown.
func servicesUnknown(document *gather.Document) bool {
	known := func(c gather.Certificate) bool { return c.Services != nil }
	return strings.HasPrefix(document.Sources["certificates"], "store:") && !slices.ContainsFunc(document.Certificates, known)
}

// once passes a sentence on once: some are true of every server.
func once(report gather.Report) gather.Report {
	reported := map[string]bool{}
	return func(sentence string) {
		if !reported[sentence] {
			reported[sentence] = true
			report(sentence)
		}
	}
}

// collector reads what does not depend on the server, so that a mistake there
// shows before anything else is done.
func (g *gathering) collector() (*collect.Collector, error) {
	c := &collect.Collector{
		Server: g.server, All: g.allServers, FactsFile: g.facts, Check: g.limits.documents.Check, Report: g.note,
	}
	if g.nlbReg != "" {
		c.ClusterNames = &host.RegFile{Path: g.nlbReg, Report: g.note}
	}
	var err error
	if c.Chains, err = g.trust(); err != nil {
		return nil, err
	}
	if g.facts != "" {
		if c.Facts, err = gather.ReadFacts(nil, g.facts); err != nil {
			return nil, fmt.Errorf("--facts: %w", err)
		}
		if err := g.checkFacts(c.Facts); err != nil {
			return nil, fmt.Errorf("--facts: %s: %w", g.facts, err)
		}
	}
	if err := g.readPassword(); err != nil {
		return nil, err
	}
	for i, given := range g.order {
		if given.flag == "store" && slices.ContainsFunc(g.order[i+1:], func(later givenSource) bool { return later.flag == "store" }) {
			continue // all paths make one source, where the last one stands
		}
		c.Sources = append(c.Sources, g.source(given))
	}
	return c, nil
}

// trust returns what finds out which certificates are trusted; nil where no roots
// are given.
func (g *gathering) trust() (*chains.Gatherer, error) {
	roots, err := chains.ReadRoots(nil, g.roots...)
	if err != nil {
		return nil, fmt.Errorf("--roots: %w", err)
	}
	if len(roots) == 0 && !g.systemRoots {
		return nil, nil
	}
	return &chains.Gatherer{Roots: roots, System: g.systemRoots, Report: g.note}, nil
}

// readPassword reads the password of PKCS#12 files where nobody has to be asked.
func (g *gathering) readPassword() (err error) {
	if g.store.password.given() {
		g.pfx, err = g.store.password.read(g.command, "")
	}
	return err
}

// checkFacts refuses facts that would hide what another flag says, or that
// are of one server and not of all.
func (g *gathering) checkFacts(f *gather.Document) error {
	if g.nlbReg != "" && f.Host != nil {
		return errors.New("expected no host section in --facts together with --nlb-reg, which it would hide: put the cluster names into its nlb_cluster_names")
	}
	if g.allServers && f.ServerSpecific() {
		return errors.New("expected only facts about the organization, now, phase and procedure with --all-servers: everything else is about a single server")
	}
	return nil
}

// source makes the source that a flag names.
func (g *gathering) source(given givenSource) collect.Source {
	switch given.flag {
	case "exports":
		if g.facts == "" {
			g.noteDocuments(given.value)
		}
		return collect.Exports{Dir: given.value, Except: g.facts, Limits: g.limits.exports, Report: g.note}
	case "ldap-url":
		return g.directory(given.value)
	case "store":
		return collect.Store{
			Paths: g.values("store"), Password: g.pfxPassword, Services: g.store.parsed, Limits: g.limits.store, Report: g.note,
			Work: certstore.NewWork(), // one source is made for all servers
		}
	case "host":
		names, _ := host.ParseNames(given.value) // check has parsed them
		return collect.HostNames(names)
	}
	return collect.ThisComputer{Report: g.note}
}

// noteDocuments notes documents in place of exports and among them.
func (g *gathering) noteDocuments(path string) {
	paths := []string{path}
	entries, err := os.ReadDir(path)
	if err == nil { // a folder
		paths = nil
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			paths = append(paths, filepath.Join(path, entry.Name()))
		}
	}
	for _, path := range paths {
		if !strings.EqualFold(filepath.Ext(path), ".json") {
			continue
		}
		switch document, err := gather.ReadFacts(nil, path); {
		case err != nil: // the source names it
		case len(document.Missing()) == 0:
			g.note(fmt.Sprintf("%s is a document: pass it without --exports", path))
		default:
			g.note(fmt.Sprintf("%s is a partial document, which is not read with --exports: pass --facts %[1]s", path))
		}
	}
}

func (g *gathering) directory(url string) collect.Source {
	bar := progress.New(g.command.ErrOrStderr())
	return collect.Directory{
		Gatherer: directory.Gatherer{
			URL: url, StartTLS: g.ldap.startTLS, CAFile: g.ldap.ca, BaseDN: g.ldap.baseDN, Bind: g.ldap.bind(g.command),
			Timeout: g.ldap.timeout, Limits: g.limits.directory, Report: g.note,
			Progress: func(entries int) { bar.Set("entries of the directory", entries, -1) },
		},
		Answered: bar.Clear,
	}
}

// pfxPassword returns a copy of the password for certstore to overwrite.
func (g *gathering) pfxPassword(path string) ([]byte, error) {
	if g.pfx != nil {
		return bytes.Clone(g.pfx), nil
	}
	return g.store.password.read(g.command, path)
}
