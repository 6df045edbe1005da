package output

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
)

// decisionTables are what the tables about the decisions for many servers show.
type decisionTables struct {
	servers []decisionRow
	events  map[eventKind]int // how many servers log it
}

type decisionRow struct {
	server, verdict string
	served          []string // by scenario
	validUntil      string
}

type eventKind struct {
	severity string
	id       int
}

// scenarioColumns are the columns that say what is served.
var scenarioColumns = []struct {
	scenario   evaluate.Scenario
	name, none string
	served     func(*evaluate.Decision) []*string // thumbprints; nil: none
}{
	{evaluate.InboundAnonymous, "X-ANONYMOUSTLS", "not offered", func(d *evaluate.Decision) (all []*string) {
		for _, connector := range d.InboundAnonymous.Connectors {
			all = append(all, connector.Thumbprint)
		}
		return all
	}},
	{evaluate.InboundSTARTTLS, "STARTTLS", "not offered", func(d *evaluate.Decision) (all []*string) {
		for _, connector := range d.InboundSTARTTLS.Connectors {
			all = append(all, connector.Thumbprint)
		}
		return all
	}},
	{evaluate.OutboundAnonymous, "Sending", "not used", func(d *evaluate.Decision) (all []*string) {
		for _, route := range d.OutboundAnonymous.Routes {
			all = append(all, route.Thumbprint)
		}
		return all
	}},
}

func (t *decisionTables) add(s server, plan evaluate.Plan) {
	row := decisionRow{server: s.Server, verdict: plan.Verdict, validUntil: s.firstEnd()}
	for _, column := range scenarioColumns {
		if s.which.has(column.scenario) {
			none := column.none
			if column.scenario == evaluate.OutboundAnonymous && len(s.decision.OutboundAnonymous.MissingFacts) > 0 {
				none = "not known"
			}
			row.served = append(row.served, cmp.Or(s.shortNames(column.served(s.decision)), none))
		}
	}
	t.servers = append(t.servers, row)
	logged := map[eventKind]bool{}
	for _, event := range s.which.events(s.decision) {
		logged[eventKind{event.Severity, event.ID}] = true
	}
	if t.events == nil {
		t.events = map[eventKind]int{}
	}
	for kind := range logged {
		t.events[kind]++
	}
}

// shortNames lists certificates, each once.
func (s server) shortNames(thumbprints []*string) string {
	var names []string
	for _, thumbprint := range thumbprints {
		if name := s.short(thumbprint); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return some(names)
}

// decisionTables shows the servers, the worst first, and the events.
func (p *page) decisionTables(t decisionTables, which Selection) {
	header := []string{"Server", "Verdict"}
	for _, column := range scenarioColumns {
		if which.has(column.scenario) {
			header = append(header, column.name)
		}
	}
	var servers, events [][]painted
	for _, row := range slices.SortedStableFunc(slices.Values(t.servers), func(a, b decisionRow) int { return rank(a.verdict) - rank(b.verdict) }) {
		cells := []painted{plain(row.server), p.paint(verdictColor(row.verdict), row.verdict)}
		for _, served := range row.served {
			cells = append(cells, plain(served))
		}
		servers = append(servers, append(cells, plain(row.validUntil)))
	}
	p.table(append(header, "First certificate ends"), servers)
	severity := func(kind eventKind) int { return slices.Index(baseline.Severities, kind.severity) }
	worst := func(a, b eventKind) int { return cmp.Or(severity(a)-severity(b), t.events[b]-t.events[a], a.id-b.id) }
	for _, kind := range slices.SortedFunc(maps.Keys(t.events), worst) {
		events = append(events, []painted{number(t.events[kind]), plain(kind.severity), painted(strconv.Itoa(kind.id))})
	}
	if events != nil {
		p.table([]string{"Servers", "Severity", "Event"}, events)
	}
}
