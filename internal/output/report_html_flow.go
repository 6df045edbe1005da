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

// mostRows is how many certificates of a step are shown; a store of hundreds is
// in the facts.
const mostRows = 25

// A htmlFlow is the steps of a scenario, drawn as a path: what it is about goes
// down from step to step, and leaves it where the process stops.
type htmlFlow struct {
	Title, For string
	Steps      []htmlStep
	Ends       []string // what comes out at the end of the path
}

type htmlStep struct {
	Title string
	Mark  string // in place of the number that its place gives it
	Class string // passed, stopped, skipped or noted
	State string // the same in words; empty where the style says it, which a page of thousands of steps needs
	Note  string // stands before the step
	Say   string
	Exits []htmlExit
	Table htmlCriteria

	number int // in the scenario; 0: that of its place
}

// A htmlExit is who leaves the path at a step, and why.
type htmlExit struct{ Who, Why string }

// htmlCriteria shows which certificate meets which criterion.
type htmlCriteria struct {
	Criteria []string
	Rows     []htmlCertificate
	More     int // certificates that are not shown
}

type htmlCertificate struct {
	Name, Result string
	Meets        []string // yes, no or unknown, for each criterion
}

// setStates fills in the state of each step. What stops at a place that is not
// known here leaves at the end.
func (s server) setStates(steps []htmlStep, all []use, events []evaluate.Event) {
	for i := range steps {
		steps[i].number = cmp.Or(steps[i].number, i+1)
	}
	going := len(all)
	for i := range steps {
		step := &steps[i]
		reached := going > 0
		var whys, leaving []string
		for _, u := range all {
			if u.StoppedAt != nil && i == stopsIn(steps, u) {
				whys, leaving = append(whys, s.why(u)), append(leaving, u.name())
			}
		}
		going -= len(leaving)
		whys, names := alike(whys, leaving)
		for j, why := range whys {
			step.Exits = append(step.Exits, htmlExit{strings.Join(names[j], ", "), why})
		}
		noted := ""
		for _, event := range events {
			if event.Step == step.number {
				noted = fmt.Sprintf("event %d", event.ID)
			}
		}
		switch {
		case !reached:
			step.Class, step.State = "skipped", "not reached"
		case going == 0:
			step.Class, step.State = "stopped", "stops here"
		case noted != "":
			step.Class, step.State = "noted", "continues"
		default:
			step.Class = "passed"
		}
		if noted != "" {
			step.State += ", " + noted
		}
	}
}

// stopsIn returns the index of the step at which the process stops.
func stopsIn(steps []htmlStep, u use) int {
	stop, known := stops[*u.StoppedAt]
	i := slices.IndexFunc(steps, func(step htmlStep) bool { return known && step.number >= stop.step })
	if i < 0 {
		return len(steps) - 1
	}
	return i
}

// anonymousFlow draws the nine steps.
func (s *htmlSheet) anonymousFlow() htmlFlow {
	f := htmlFlow{Title: "Inbound anonymous TLS (X-ANONYMOUSTLS)"}
	all := s.of(evaluate.InboundAnonymous)
	offered := only(all, func(u use) bool { return u.Offered })
	for i, say := range []string{
		"Receive connectors: " + cmp.Or(some(namesOf(all)), "none") + ".",
		"", s.directory(), s.loaded(s.Thumbprint), s.ends(s.Thumbprint),
		cmp.Or(some(s.Domains), "none") + ".",
		"", s.bestWords(), s.matchWords(),
	} {
		f.Steps = append(f.Steps, htmlStep{Title: anonymousSteps[i], Say: say})
	}
	f.Steps[6].Table = s.criteria(s.Eligible, s.Ineligible, true)
	if s.decision.Procedure == "2016" {
		f.Steps[5].Note = adviceNote
	}
	s.setStates(f.Steps, all, s.Events)
	if len(offered) > 0 && s.Thumbprint != nil {
		f.Ends = []string{"X-ANONYMOUSTLS is offered with " + s.called(*s.Thumbprint) + " on " + some(namesOf(offered))}
	}
	return f
}

func (s server) directory() string {
	switch directory := s.facts.Directory; {
	case directory == nil || !directory.Readable:
		return "The server cannot read its object in the directory."
	case directory.InternalTransportCertificate == nil:
		return "msExchServerInternalTLSCert is not set."
	default:
		return "msExchServerInternalTLSCert names " + *directory.InternalTransportCertificate + "."
	}
}

func (s server) loaded(thumbprint *string) string {
	if thumbprint == nil {
		return "Nothing is loaded."
	}
	return s.called(*thumbprint) + " is loaded: " + signedBy(s.store[*thumbprint]) + "."
}

func (s server) ends(thumbprint *string) string {
	if thumbprint == nil {
		return ""
	}
	certificate := s.store[*thumbprint]
	return "Its validity ends on " + when(certificate.NotAfter) + ": " + s.left(certificate) + "."
}

func (s server) bestWords() string {
	if s.Best == nil {
		return "No eligible certificate is a valid PKI certificate or self-signed: there is no best."
	}
	words := s.called(*s.Best)
	switch orEmpty(s.BestKind) {
	case "pki":
		words += ": the most recent valid PKI certificate"
	case "self_signed":
		words += ": the most recent self-signed one, because none is a valid PKI certificate"
	}
	return words + "."
}

func (s server) matchWords() string {
	switch {
	case is(s.MatchesBest, true):
		return "Yes."
	case is(s.MatchesBest, false):
		return "No. The loaded certificate is still used."
	}
	return "There is nothing to compare."
}

// criteria shows how each certificate meets the criteria of step 7, as the
// reasons of the decision say.
func (s server) criteria(eligible []string, ineligible map[string][]string, named bool) htmlCriteria {
	t := htmlCriteria{Criteria: []string{"X.509 v3", "Private key", "SMTP"}}
	if named {
		t.Criteria = slices.Insert(t.Criteria, 2, "Name")
	}
	row := func(thumbprint, result string, reasons []string) {
		if len(t.Rows) == mostRows {
			t.More++
			return
		}
		r := htmlCertificate{Name: s.called(thumbprint), Result: result}
		for _, column := range t.Criteria {
			meets := "yes"
			for _, reason := range reasons {
				if criteria[reason].name == column {
					meets = criteria[reason].meets
				}
			}
			r.Meets = append(r.Meets, meets)
		}
		own := only(reasons, func(reason string) bool { return criteria[reason].name == "" }) // an organization's
		if len(own) > 0 {
			r.Result += ": " + printable.Line(s.reasons(own, s.store[thumbprint])) // a title is of METADATA
		}
		t.Rows = append(t.Rows, r)
	}
	for i, thumbprint := range eligible {
		row(thumbprint, fmt.Sprintf("eligible, number %d", i+1), nil)
	}
	for _, certificate := range s.facts.Certificates {
		if reasons, failed := ineligible[certificate.Thumbprint]; failed {
			row(certificate.Thumbprint, "not eligible", reasons)
		}
	}
	return t
}

// startTLSFlows draws the seven steps for each connector. Connectors of which
// the same is true are drawn once.
func (s *htmlSheet) startTLSFlows() []htmlFlow {
	var flows []htmlFlow
	connectors := s.of(evaluate.InboundSTARTTLS)
	for i, connector := range connectors {
		flows = append(flows, s.startTLSFlow(s.facts.Connectors[i], connector))
	}
	flows, names := alike(flows, namesOf(connectors))
	for i := range flows {
		flows[i].For = some(names[i])
	}
	return flows
}

func (s *htmlSheet) startTLSFlow(facts gather.Connector, u use) htmlFlow {
	c := u.STARTTLS
	f := htmlFlow{Title: "Inbound STARTTLS"}
	f.Steps = []htmlStep{
		{Title: "Is the connector enabled?"},
		{Title: "Does it have Tls authentication?"},
		{Title: "What must a certificate match?"},
		{Title: "Does a certificate of the store match?"},
		{Title: "Which of these are eligible?"},
		{Title: "Which of them is chosen?"},
		{Title: "Has it expired?", Say: s.ends(c.Thumbprint)},
	}
	if is(c.StoppedAt, "tls_auth_disabled") {
		f.Steps[1].Say = "AuthMechanism: " + authMechanism(facts) + "."
	}
	if c.SearchedFor != nil {
		f.Steps[2].Say = s.searches(facts, *c.SearchedFor)
	}
	if matching := len(c.Eligible) + len(c.Ineligible); matching > 0 {
		f.Steps[3].Say = count(matching, "certificate matches", "certificates match") + "."
		f.Steps[4].Table = s.criteria(c.Eligible, c.Ineligible, false)
	}
	if c.Thumbprint != nil {
		f.Steps[5].Say = s.called(*c.Thumbprint) + ": " + s.whyChosen(c) + "."
	}
	var events []evaluate.Event
	for _, event := range s.decision.InboundSTARTTLS.Events {
		if event.Connector != nil && *event.Connector == c.Name {
			events = append(events, event)
		}
	}
	u.Connector = new(string) // the title has the name
	s.setStates(f.Steps, []use{u}, events)
	if c.Advertise && c.Thumbprint != nil {
		f.Ends = []string{"STARTTLS is offered with " + s.called(*c.Thumbprint)}
	}
	return f
}

// outboundFlow draws which ways out of the server use anonymous TLS.
func (s *htmlSheet) outboundFlow() htmlFlow {
	outbound := s.decision.OutboundAnonymous
	f := htmlFlow{Title: "Outbound anonymous TLS"}
	switch {
	case outbound.Role == nil:
		f.For = "not decided, because the server's roles were not gathered"
		return f
	case len(outbound.Routes) == 0:
		f.For = "no mail leaves the server with anonymous TLS"
		if len(outbound.MissingFacts) > 0 {
			f.For = "not decided, because these were not gathered: " + strings.ReplaceAll(list(outbound.MissingFacts), "_", " ")
		}
		return f
	}
	all := s.of(evaluate.OutboundAnonymous)
	used := only(all, func(u use) bool { return u.Offered })
	f.Steps = []htmlStep{
		{number: 2, Mark: "·", Title: "Can the route use anonymous TLS?", Say: "Mail to: " + some(namesOf(all)) + "."},
		{number: 3, Mark: "3", Title: anonymousSteps[2], Say: s.directory()},
		{number: 4, Mark: "4", Title: anonymousSteps[3], Say: s.loaded(outbound.Thumbprint)},
		{number: 5, Mark: "5", Title: anonymousSteps[4], Say: s.ends(outbound.Thumbprint)},
	}
	s.setStates(f.Steps, all, outbound.Events)
	if len(used) > 0 && outbound.Thumbprint != nil {
		f.Ends = []string{"Mail to " + some(namesOf(used)) + " is sent with " + s.called(*outbound.Thumbprint)}
	}
	return f
}
