package output

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
)

// manyServers is how many servers text can be about without tables.
const manyServers = 5

// A summary is what the tables about many servers show.
type summary struct {
	servers []summaryRow
	kinds   map[string]*summaryKind // of events or findings, by what makes them one
}

type summaryRow struct {
	server, verdict string
	cells           []string // the others
}

type summaryKind struct {
	severity, name string
	servers        int
	last           int // how many servers there were when one was counted last
}

// count counts the last server once for a kind.
func (s *summary) count(key, severity, name string) {
	if s.kinds == nil {
		s.kinds = map[string]*summaryKind{}
	}
	kind := s.kinds[key]
	if kind == nil {
		kind = &summaryKind{severity: severity, name: name}
		s.kinds[key] = kind
	}
	if kind.last != len(s.servers) {
		kind.servers++
	}
	kind.last = len(s.servers)
}

// addDecision adds what a server uses in each scenario, and its events.
func (s *summary) addDecision(of server, plan evaluate.Plan) {
	row := summaryRow{server: of.Server, verdict: plan.Verdict}
	for _, scenario := range evaluate.Scenarios {
		if of.which.has(scenario) {
			row.cells = append(row.cells, of.serves(scenario))
		}
	}
	row.cells = append(row.cells, of.firstEnd())
	s.servers = append(s.servers, row)
	_, events := of.which.part(of.decision)
	for _, event := range events {
		id := strconv.Itoa(event.ID)
		s.count(event.Severity+id, event.Severity, id)
	}
}

// addChecked adds how many findings a server has.
func (s *summary) addChecked(c Checked) {
	var found counts
	for _, finding := range c.Findings {
		found.add(finding)
	}
	s.servers = append(s.servers, summaryRow{c.Server, c.Plan.Verdict, []string{
		strconv.Itoa(found.Errors), strconv.Itoa(found.Warnings), strconv.Itoa(found.Infos), newServer(c.Facts, c.Decision).firstEnd(), strconv.Itoa(found.Known),
	}})
	for _, finding := range c.Findings {
		if finding.Suppressed == nil {
			s.count(finding.RuleID, finding.Severity, headline(finding.RuleID, finding.Title))
		}
	}
}

// serves lists the certificates that a server uses in a scenario, each once.
func (s server) serves(scenario evaluate.Scenario) string {
	var names []string
	none := "not offered"
	if scenario == evaluate.OutboundAnonymous {
		none = "not used"
		if len(s.decision.OutboundAnonymous.MissingFacts) > 0 {
			none = "not known"
		}
	}
	for _, u := range s.of(scenario) {
		if name := s.short(u.Thumbprint); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return cmp.Or(some(names), none)
}

// firstEnd is the day on which the first certificate that a server uses ends.
func (s server) firstEnd() string {
	serving := map[string]bool{}
	for _, u := range s.uses() {
		serving[orEmpty(u.Thumbprint)] = true
	}
	if s.which.has(evaluate.InboundAnonymous) { // be there a connector or not
		serving[orEmpty(s.Thumbprint)] = true
	}
	if s.which.has(evaluate.OutboundAnonymous) {
		serving[orEmpty(s.decision.OutboundAnonymous.Thumbprint)] = true
	}
	first := "-"
	for _, certificate := range s.facts.Certificates {
		if serving[certificate.Thumbprint] && (first == "-" || certificate.NotAfter < first) {
			first = day(certificate.NotAfter)
		}
	}
	return first
}

// decisions shows the servers with what they use, and their events.
func (p *page) decisions(s summary, which Selection) {
	columns := []string{"Server", "Verdict"}
	for i, scenario := range evaluate.Scenarios {
		if which.has(scenario) {
			columns = append(columns, []string{"X-ANONYMOUSTLS", "STARTTLS", "Sending"}[i])
		}
	}
	p.summary(s, append(columns, "First certificate ends"), "Event")
}

// checked shows the servers with their findings, and the rules.
func (p *page) checked(s summary) {
	columns := []string{"Server", "Verdict", "Errors", "Warnings", "Info", "First certificate ends"}
	if slices.ContainsFunc(s.servers, func(row summaryRow) bool { return row.cells[4] != "0" }) { // by a baseline
		columns = append(columns, "Known")
	}
	p.summary(s, columns, "Rule")
}

// summary shows the servers, the worst first, and below them the kinds.
func (p *page) summary(s summary, columns []string, kind string) {
	var servers, kinds [][]painted
	for _, row := range slices.SortedStableFunc(slices.Values(s.servers), func(a, b summaryRow) int {
		return slices.Index(verdicts, a.verdict) - slices.Index(verdicts, b.verdict)
	}) {
		cells := []painted{plain(row.server), p.paint(verdictColor(row.verdict), row.verdict)}
		for _, cell := range row.cells[:len(columns)-len(cells)] {
			cells = append(cells, plain(cell))
		}
		servers = append(servers, cells)
	}
	p.table(columns, servers)
	worst := func(a, b *summaryKind) int {
		return cmp.Or(slices.Index(baseline.Severities, a.severity)-slices.Index(baseline.Severities, b.severity), b.servers-a.servers, cmp.Compare(a.name, b.name))
	}
	for _, of := range slices.SortedFunc(maps.Values(s.kinds), worst) {
		kinds = append(kinds, []painted{plain(strconv.Itoa(of.servers)), plain(of.severity), plain(of.name)})
	}
	if kinds != nil {
		p.table([]string{"Servers", "Severity", kind}, kinds)
	}
}
