package output

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
)

// manyServers is how many servers a report of text can have without tables.
const manyServers = 5

// A summary is what the tables about many servers show.
type summary struct {
	servers []summaryRow
	rules   map[string]*summaryRule // by id
}

type summaryRow struct {
	server, verdict, validUntil string
	counts                      counts
}

type summaryRule struct {
	severity, headline string
	servers            int
	last               int // the place of the server that was counted last
}

func (s *summary) add(c Checked) {
	row := summaryRow{server: c.Server, verdict: c.Plan.Verdict, validUntil: "-"}
	if c.Facts != nil {
		row.validUntil = newServer(c.Facts, c.Decision).firstEnd()
	}
	for _, finding := range c.Findings {
		row.counts.add(finding)
		if finding.Suppressed == nil {
			s.count(finding, len(s.servers))
		}
	}
	s.servers = append(s.servers, row)
}

// count counts the server at that place once for the rule.
func (s *summary) count(finding evaluate.Finding, place int) {
	if s.rules == nil {
		s.rules = map[string]*summaryRule{}
	}
	rule := s.rules[finding.RuleID]
	if rule == nil {
		rule = &summaryRule{severity: finding.Severity, headline: headline(finding.RuleID, finding.Title), last: -1}
		s.rules[finding.RuleID] = rule
	}
	if rule.last != place {
		rule.servers++
	}
	rule.last = place
}

// firstEnd is the day on which the first certificate that a server uses ends.
func (s server) firstEnd() string {
	first := "-"
	for _, certificate := range s.facts.Certificates {
		if s.serves(certificate.Thumbprint) && (first == "-" || certificate.NotAfter < first) {
			first = day(certificate.NotAfter)
		}
	}
	return first
}

// serves reports whether a certificate is used in a scenario that is written about.
func (s server) serves(thumbprint string) bool {
	return s.which.has(evaluate.InboundAnonymous) && is(s.Thumbprint, thumbprint) ||
		s.which.has(evaluate.OutboundAnonymous) && is(s.decision.OutboundAnonymous.Thumbprint, thumbprint) ||
		s.which.has(evaluate.InboundSTARTTLS) && len(s.startTLSConnectors(thumbprint)) > 0
}

// summary shows the servers, the worst first, and the rules.
func (p *page) summary(s summary) {
	var servers, rules [][]painted
	columns := []string{"Server", "Verdict", "Errors", "Warnings", "Info", "First certificate ends"}
	known := slices.ContainsFunc(s.servers, func(row summaryRow) bool { return row.counts.Known > 0 })
	if known { // by a baseline
		columns = append(columns, "Known")
	}
	for _, row := range slices.SortedStableFunc(slices.Values(s.servers), func(a, b summaryRow) int { return rank(a.verdict) - rank(b.verdict) }) {
		servers = append(servers, []painted{
			plain(row.server), p.paint(verdictColor(row.verdict), row.verdict),
			number(row.counts.Errors), number(row.counts.Warnings), number(row.counts.Infos), plain(row.validUntil),
		})
		if known {
			servers[len(servers)-1] = append(servers[len(servers)-1], number(row.counts.Known))
		}
	}
	p.table(columns, servers)
	if len(s.rules) == 0 {
		return
	}
	severity := func(rule *summaryRule) int { return slices.Index(baseline.Severities, rule.severity) }
	worst := func(a, b *summaryRule) int {
		return cmp.Or(severity(a)-severity(b), b.servers-a.servers, cmp.Compare(a.headline, b.headline))
	}
	for _, rule := range slices.SortedFunc(maps.Values(s.rules), worst) {
		rules = append(rules, []painted{number(rule.servers), plain(rule.severity), plain(rule.headline)})
	}
	p.table([]string{"Servers", "Severity", "Rule"}, rules)
}

// rank orders verdicts, the worst first.
func rank(verdict string) int {
	return slices.Index(verdicts, verdict)
}

func number(n int) painted { return painted(strconv.Itoa(n)) }
