package output

import (
	"maps"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// A server is a decision beside the facts that it was made from. It draws no
// conclusion of its own: the policies do.
type server struct {
	*evaluate.InboundAnonymousDecision
	decision *evaluate.Decision
	which    Selection
	facts    *gather.Document
	store    map[string]gather.Certificate // by thumbprint
	sorted   []string                      // the thumbprints of the store
	ranking  []evaluate.Ranked             // of explain
}

func newServer(document *gather.Document, decision *evaluate.Decision) server {
	store := make(map[string]gather.Certificate, len(document.Certificates))
	for _, certificate := range document.Certificates {
		store[certificate.Thumbprint] = certificate
	}
	return server{
		InboundAnonymousDecision: &decision.InboundAnonymous, decision: decision, facts: document,
		store: store, sorted: slices.Sorted(maps.Keys(store)),
	}
}

// headlineOf names the server and what was decided for.
func headlineOf(decision *evaluate.Decision) string {
	if decision.Phase == "startup" {
		return decision.Server + " at startup, " + when(decision.EvaluatedAt)
	}
	return decision.Server + " at " + when(decision.EvaluatedAt)
}

// reached says whether a session of some connector gets past step 2.
func (s server) reached() bool {
	return slices.ContainsFunc(s.of(evaluate.InboundAnonymous), use.getsToStep3)
}

// event returns the event of that number, or nil.
func (s server) event(id int) *evaluate.Event {
	for i := range s.Events {
		if s.Events[i].ID == id {
			return &s.Events[i]
		}
	}
	return nil
}

func is[T comparable](value *T, expected T) bool { return value != nil && *value == expected }

// names returns the names that step 7 looks at, each once.
func names(certificate gather.Certificate) []string {
	var names []string
	seen := map[string]bool{}
	for _, list := range [][]string{certificate.SubjectCommonNames, certificate.DNSNames} {
		for _, name := range list {
			if key := strings.ToLower(name); !seen[key] {
				seen[key] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// unknown says which facts the decision lacks.
func (p *page) unknown(s server) {
	lines := s.unknown()
	for i, line := range lines {
		p.prose(2, "%s", line)
		if i == 0 && !s.versionKnown() {
			p.prose(2, "  Version 15 is Exchange 2013 and later, 14 is 2010, and 8 is 2007. This command shows it:")
			p.line("  Get-ExchangeServer | Format-List Name, AdminDisplayVersion")
		}
	}
	if lines != nil {
		p.line("")
	}
}

// versionKnown reports whether the document says which procedure applies.
func (s server) versionKnown() bool {
	return s.decision.ExchangeVersion != nil || s.facts.Procedure != ""
}

// unknown says which facts the decision lacks, the version first.
func (s server) unknown() []string {
	var lines []string
	if !s.versionKnown() {
		lines = append(lines, "Exchange version not gathered; pass --procedure 2016 (Exchange 2013 and later), 2010 or 2007. "+
			"The procedure of Exchange 2007 is applied.")
	}
	missing := s.decision.OutboundAnonymous.MissingFacts
	if slices.Contains(missing, "roles") {
		lines = append(lines, "Server roles not gathered: outbound anonymous TLS is not decided.")
	}
	if slices.Contains(missing, "send_connectors") {
		lines = append(lines, "Send connectors not gathered: outbound anonymous TLS is not decided for them.")
	}
	return lines
}

// when is a time of a document for people: 2026-11-22 07:00 UTC.
func when(time string) string {
	return strings.TrimSuffix(strings.NewReplacer("T", " ", "Z", "").Replace(time), ":00") + " UTC"
}
