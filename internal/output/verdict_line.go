package output

import (
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
)

// The verdicts about a server, the worst first.
const (
	mailAtRisk   = "MAIL AT RISK"
	actionNeeded = "ACTION NEEDED"
	allIsWell    = "OK"
)

func verdictOf(decision *evaluate.Decision) string {
	switch {
	case decision.MailAtRisk:
		return mailAtRisk
	case len(decision.Events) > 0:
		return actionNeeded
	}
	return allIsWell
}

// verdict shows the verdict, and what could not be decided.
func (p *page) verdict(s server) {
	verdict := verdictOf(s.decision)
	p.line("%s", p.paint(map[string]string{mailAtRisk: red, actionNeeded: yellow, allIsWell: green}[verdict], verdict))
	for _, line := range s.unknown() {
		p.prose(2, "%s", line)
	}
	p.line("")
}

// unknown says which facts the decision lacks.
func (s server) unknown() []string {
	var lines []string
	if s.decision.ExchangeVersion == nil && s.facts.Procedure == "" {
		lines = append(lines, "Exchange version not gathered; pass --procedure. The procedure of Exchange 2007 is applied.")
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
