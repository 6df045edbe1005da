package output

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// A htmlSheet is what the page tells of one server.
type htmlSheet struct {
	server
	Number     int // from 1, in the order in which they were added
	Class      string
	Plan       evaluate.Plan
	Afterwards []evaluate.Afterward // of all actions, each once
	Findings   []htmlFinding
	Flows      []htmlFlow // nil: they are not drawn
	Time       *htmlTime  // nil: it is not drawn

	checked Checked
}

// htmlFinding is a finding or an event.
type htmlFinding struct {
	Again                                  bool // it has the severity and the name of the one before
	Severity, Name, Message, Where, Waived string
	Action                                 string // the id of the place of its action; empty: it has none
	ActionNumber                           int
	Remediation                            []string // lines, where no action has them
}

func newSheet(number int, c Checked) *htmlSheet {
	s := &htmlSheet{server: newServer(c.Facts, c.Decision), Number: number, Plan: c.Plan, Afterwards: afterwards(c.Plan), checked: c}
	s.Class = map[string]string{mailAtRisk: "risk", "OK": "ok"}[c.Plan.Verdict]
	s.Class = cmp.Or(s.Class, "action")
	prose := s.prose()
	for _, event := range c.Events {
		if slices.ContainsFunc(c.Findings, func(f evaluate.Finding) bool { return f.Message == event.Message }) {
			continue // that finding names the event
		}
		name := fmt.Sprintf("Event %d", event.ID)
		if event.Connector != nil {
			name += ", " + *event.Connector
		}
		s.Findings = append(s.Findings, s.finding(htmlFinding{Severity: event.Severity, Name: name, Message: prose.Replace(event.Message)}, event.Action, event.Remediation))
	}
	for _, i := range bySeverity(c.Findings) {
		finding := c.Findings[i]
		shown := htmlFinding{Severity: finding.Severity, Name: headline(finding.RuleID, finding.Title), Message: prose.Replace(finding.Message), Where: where(c.Places[i], finding)}
		if finding.Suppressed != nil {
			shown.Severity, shown.Waived = "waived", waiver(finding.Suppressed)
		} else if known(finding) {
			shown.Severity = "known " + finding.Severity // classes of the style too
		}
		if last := len(s.Findings) - 1; last >= 0 {
			shown.Again = s.Findings[last].Severity == shown.Severity && s.Findings[last].Name == shown.Name
		}
		s.Findings = append(s.Findings, s.finding(shown, finding.Action, finding.Remediation))
	}
	return s
}

// finding adds to a finding where the page says what to do about it.
func (s *htmlSheet) finding(f htmlFinding, action *string, remediation string) htmlFinding {
	if n := numbered(s.Plan, action); n > 0 {
		f.Action, f.ActionNumber = fmt.Sprintf("s%da%d", s.Number, n), n
		return f
	}
	if f.Waived == "" && remediation != "" {
		f.Remediation = strings.Split(remediation, "\n")
	}
	return f
}

func (s *htmlSheet) draw() {
	s.Flows = []htmlFlow{s.anonymousFlow()}
	s.Flows = append(s.Flows, s.startTLSFlows()...)
	s.Flows = append(s.Flows, s.outboundFlow())
	s.Time = s.time()
}

// Name is the server's.
func (s *htmlSheet) Name() string { return s.decision.Server }

// Verdict is the plan's.
func (s *htmlSheet) Verdict() string { return s.Plan.Verdict }

// Decided says what was decided for, and by which procedure.
func (s *htmlSheet) Decided() string {
	words := "Decided for " + when(s.decision.EvaluatedAt)
	if s.decision.Phase == "startup" {
		words += ", at startup"
	}
	if version := s.decision.ExchangeVersion; version != nil {
		words += "; Exchange " + *version
	}
	words += "; procedure " + s.decision.Procedure
	if s.facts.GatheredAt != "" {
		words += "; facts gathered " + when(s.facts.GatheredAt)
	}
	return words + "."
}

// NotGathered says which facts are missing.
func (s *htmlSheet) NotGathered() string { return list(notGathered(s.checked)) }

// Customized says whose rules have a part in the decision.
func (s *htmlSheet) Customized() string {
	return printable.Line(list(criteriaNames(s.decision, s.decision.InboundAnonymous.CustomizedBy)))
}

// NoActions says why the plan is empty.
func (s *htmlSheet) NoActions() string {
	if s.Plan.Verdict == "OK" {
		return "Nothing: " + noActions(s.Plan)
	}
	return "Not known: " + noActions(s.Plan)
}

// First is the first thing to do, and how many more there are.
func (s *htmlSheet) First() string {
	if len(s.Plan.Actions) == 0 {
		return s.NoActions()
	}
	words := s.Plan.Actions[0].Title
	if more := len(s.Plan.Actions) - 1; more > 0 {
		words += fmt.Sprintf(" (and %d more)", more)
	}
	return words
}

// notGathered names the facts that a document lacks.
func notGathered(c Checked) []string {
	var missing []string
	add := func(is bool, what string) {
		if is {
			missing = append(missing, what)
		}
	}
	add(c.ExchangeVersion == nil, "the Exchange version")
	add(c.Facts.Roles == nil, "server roles")
	add(c.Facts.SendConnectors == nil, "Send connectors")
	add(c.Facts.EdgeSubscriptions == nil, "Edge subscriptions")
	add(c.Facts.Hybrid == nil, "the hybrid configuration")
	keys, services, trust := false, false, false
	for _, certificate := range c.Facts.Certificates {
		keys = keys || certificate.HasPrivateKey == nil
		services = services || certificate.Services == nil
		trust = trust || is(certificate.SelfSigned, false) && certificate.Trust.Chain == gather.ChainUnknown
	}
	add(keys, "the private keys of some certificates")
	add(services, "the services of some certificates")
	add(trust, "whether some certificates are trusted")
	return missing
}

// A htmlCell says whether something is offered, and with which certificate, or
// why not.
type htmlCell struct {
	Words, Certificate, Class string
}

// Receive has a row for each Receive connector.
func (s *htmlSheet) Receive() []htmlConnector {
	var rows []htmlConnector
	startTLS := s.of(evaluate.InboundSTARTTLS)
	for i, connector := range s.of(evaluate.InboundAnonymous) {
		row := htmlConnector{Name: connector.name(), Anonymous: s.cell(connector)}
		if i < len(startTLS) {
			row.STARTTLS = s.cell(startTLS[i])
		}
		rows = append(rows, row)
	}
	return rows
}

type htmlConnector struct {
	Name                string
	Anonymous, STARTTLS htmlCell
}

// Send has a row for each way on which mail leaves the server.
func (s *htmlSheet) Send() []htmlConnector {
	var rows []htmlConnector
	for _, route := range s.of(evaluate.OutboundAnonymous) {
		rows = append(rows, htmlConnector{Name: route.name(), Anonymous: s.cell(route)})
	}
	return rows
}

func (s *htmlSheet) cell(u use) htmlCell {
	cell := htmlCell{Words: u.verb(), Class: "yes"}
	switch {
	case !u.Offered:
		cell.Words, cell.Class = "not "+u.verb()+": "+s.why(u), "no"
		if u.fault() {
			cell.Class = "bad"
		}
		return cell
	case is(u.Expired, true):
		cell.Class = "bad"
	}
	if u.Thumbprint != nil {
		cell.Certificate = s.called(*u.Thumbprint)
		if certificate, known := s.store[*u.Thumbprint]; known {
			cell.Words += ", " + s.left(certificate)
		}
	}
	return cell
}
