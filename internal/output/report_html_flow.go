package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
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
	Number, Title string // the step's number; empty: it has none
	Mark          string // in place of the number that its place gives it
	Class         string // passed, stopped, skipped or noted
	State         string // the same in words; empty where the style says it, which a page of thousands of steps needs
	Note          string // stands before the step
	Say           []string
	Exits         []htmlExit
	Table         htmlCriteria
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

// A pathStop is a connector or a route, and where and why the policies say that it stops.
type pathStop struct {
	who, why string
	at       *string
}

// setStates fills in the state of each step: stops says at which step each place to
// stop at is. What stops at a place that is not known here leaves at the end.
func setStates(steps []htmlStep, all []pathStop, stops map[string]int, events []evaluate.Event) {
	going := len(all)
	for i := range steps {
		step := &steps[i]
		reached := going > 0
		for _, s := range all {
			if s.at == nil {
				continue
			}
			at, known := stops[*s.at]
			if !known {
				at = len(steps)
			}
			if at == i+1 {
				step.exit(s)
				going--
			}
		}
		noted := ""
		for _, event := range events {
			if strconv.Itoa(event.Step) == step.Number {
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

// exit lets one more leave at the step.
func (s *htmlStep) exit(who pathStop) {
	for i := range s.Exits {
		if s.Exits[i].Why == who.why {
			s.Exits[i].Who += ", " + who.who
			return
		}
	}
	s.Exits = append(s.Exits, htmlExit{who.who, who.why})
}

var anonymousStops = map[string]int{
	"connector_disabled": 1, "exchange_server_auth_disabled": 2, "x_anonymoustls_suppressed": 2,
	"directory_unreadable": 3, "directory_null": 3, "certificate_not_found": 4,
}

// anonymousFlow draws the nine steps.
func (s *htmlSheet) anonymousFlow() htmlFlow {
	f := htmlFlow{Title: "Inbound anonymous TLS (X-ANONYMOUSTLS)"}
	var all []pathStop
	offered := map[string][]string{}
	var connectors []string
	for _, connector := range s.Connectors {
		connectors = append(connectors, connector.Name)
		all = append(all, pathStop{connector.Name, s.stopped(connector), connector.StoppedAt})
		if connector.Advertise && connector.Thumbprint != nil {
			offered[*connector.Thumbprint] = append(offered[*connector.Thumbprint], connector.Name)
		}
	}
	f.Steps = []htmlStep{
		{Title: "Does a session reach a connector?", Say: []string{"Receive connectors: " + cmp.Or(some(connectors), "none") + "."}},
		{Title: "Does the connector have ExchangeServer authentication?"},
		{Title: "Which certificate does the directory name?", Say: []string{s.directory()}},
		{Title: "Is it in the store?", Say: s.loaded(s.Thumbprint)},
		{Title: "Has it expired?", Say: s.ends(s.Thumbprint)},
		{Title: "Which names can a certificate be for?", Say: []string{cmp.Or(some(s.Domains), "none") + "."}},
		{Title: "Which certificates are eligible?", Table: s.criteria(s.Eligible, s.Ineligible, true)},
		{Title: "Which of them is best?", Say: []string{s.bestWords()}},
		{Title: "Is the best certificate the loaded one?", Say: []string{s.matchWords()}},
	}
	for i := range f.Steps {
		f.Steps[i].Number = strconv.Itoa(i + 1)
	}
	if s.decision.Procedure == "2016" {
		f.Steps[5].Note = "For Exchange 2013 and later the published text ends here. Steps 6 to 9 are advice."
	}
	setStates(f.Steps, all, anonymousStops, s.Events)
	for _, connector := range s.Connectors {
		if connector.Thumbprint != nil && offered[*connector.Thumbprint] != nil {
			f.Ends = append(f.Ends, "X-ANONYMOUSTLS is offered with "+s.called(*connector.Thumbprint)+" on "+some(offered[*connector.Thumbprint]))
			delete(offered, *connector.Thumbprint)
		}
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

func (s server) loaded(thumbprint *string) []string {
	if thumbprint == nil {
		return []string{"Nothing is loaded."}
	}
	return []string{s.called(*thumbprint) + " is loaded: " + signedBy(s.store[*thumbprint]) + "."}
}

func (s server) ends(thumbprint *string) []string {
	if thumbprint == nil {
		return nil
	}
	certificate := s.store[*thumbprint]
	return []string{"Its validity ends on " + when(certificate.NotAfter) + ": " + s.left(certificate) + "."}
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
	columns := []struct{ title, no, unknown string }{
		{"X.509 v3", "version_below_3", ""}, {"Private key", "no_private_key", "private_key_unknown"},
		{"SMTP", "smtp_not_enabled", "services_unknown"},
	}
	if named {
		columns = slices.Insert(columns, 2, struct{ title, no, unknown string }{"Name", "name_mismatch", ""})
	}
	t := htmlCriteria{}
	for _, column := range columns {
		t.Criteria = append(t.Criteria, column.title)
	}
	row := func(thumbprint, result string, reasons []string) {
		if len(t.Rows) == mostRows {
			t.More++
			return
		}
		r := htmlCertificate{Name: s.called(thumbprint), Result: result}
		known := 0
		for _, column := range columns {
			meets := "yes"
			switch {
			case slices.Contains(reasons, column.no):
				meets = "no"
			case column.unknown != "" && slices.Contains(reasons, column.unknown):
				meets = "unknown"
			}
			if meets != "yes" {
				known++
			}
			r.Meets = append(r.Meets, meets)
		}
		if known < len(reasons) {
			r.Result += ": " + s.otherReasons(thumbprint, reasons)
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

// otherReasons are those that an organization adds.
func (s server) otherReasons(thumbprint string, codes []string) string {
	shipped := []string{"version_below_3", "no_private_key", "private_key_unknown", "name_mismatch", "smtp_not_enabled", "services_unknown"}
	own := slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return slices.Contains(shipped, code) })
	return printable.Line(s.reasons(own, s.store[thumbprint])) // a title is of METADATA
}

var startTLSStops = map[string]int{
	"connector_disabled": 1, "tls_auth_disabled": 2, "certificate_not_found": 4, "no_eligible_certificate": 5, "no_best_certificate": 6,
}

// startTLSFlows draws the seven steps for each connector. Connectors of which
// the same is true are drawn once.
func (s *htmlSheet) startTLSFlows() []htmlFlow {
	var flows []htmlFlow
	var names [][]string
	alike := map[string]int{}
	for i, connector := range s.decision.InboundSTARTTLS.Connectors {
		if i >= len(s.facts.Connectors) {
			break
		}
		f := s.startTLSFlow(s.facts.Connectors[i], connector)
		key := fmt.Sprint(f.Steps)
		at, drawn := alike[key]
		if !drawn {
			at = len(flows)
			alike[key] = at
			flows, names = append(flows, f), append(names, nil)
		}
		names[at] = append(names[at], connector.Name)
	}
	for i := range flows {
		flows[i].For = some(names[i])
	}
	return flows
}

func (s *htmlSheet) startTLSFlow(facts gather.Connector, c evaluate.STARTTLSConnector) htmlFlow {
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
	for i := range f.Steps {
		f.Steps[i].Number = strconv.Itoa(i + 1)
	}
	if is(c.StoppedAt, "tls_auth_disabled") {
		f.Steps[1].Say = []string{"AuthMechanism: " + authMechanism(facts) + "."}
	}
	if c.SearchedFor != nil {
		f.Steps[2].Say = []string{s.searches(facts, *c.SearchedFor)}
	}
	if matching := len(c.Eligible) + len(c.Ineligible); matching > 0 {
		f.Steps[3].Say = []string{count(matching, "certificate matches", "certificates match") + "."}
		f.Steps[4].Table = s.criteria(c.Eligible, c.Ineligible, false)
	}
	if c.Thumbprint != nil {
		f.Steps[5].Say = []string{s.called(*c.Thumbprint) + ": " + s.whyChosen(c) + "."}
	}
	var events []evaluate.Event
	for _, event := range s.decision.InboundSTARTTLS.Events {
		if event.Connector != nil && *event.Connector == c.Name {
			events = append(events, event)
		}
	}
	setStates(f.Steps, []pathStop{{why: s.stoppedSTARTTLS(c), at: c.StoppedAt}}, startTLSStops, events)
	if c.Advertise && c.Thumbprint != nil {
		f.Ends = []string{"STARTTLS is offered with " + s.called(*c.Thumbprint)}
	}
	return f
}

var outboundStops = map[string]int{
	"connector_disabled": 1, "exchange_server_auth_disabled": 1, "not_to_organization": 1,
	"directory_unreadable": 2, "directory_null": 2, "certificate_not_found": 3,
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
	var all []pathStop
	var names, use []string
	for _, route := range outbound.Routes {
		names = append(names, routeName(route))
		all = append(all, pathStop{routeName(route), s.stoppedRoute(route), route.StoppedAt})
		if route.UsesAnonymousTLS {
			use = append(use, routeName(route))
		}
	}
	f.Steps = []htmlStep{
		{Mark: "·", Title: "Can the route use anonymous TLS?", Say: []string{"Mail to: " + some(names) + "."}},
		{Number: "3", Mark: "3", Title: "Which certificate does the directory name?", Say: []string{s.directory()}},
		{Number: "4", Mark: "4", Title: "Is it in the store?", Say: s.loaded(outbound.Thumbprint)},
		{Number: "5", Mark: "5", Title: "Has it expired?", Say: s.ends(outbound.Thumbprint)},
	}
	setStates(f.Steps, all, outboundStops, outbound.Events)
	if len(use) > 0 && outbound.Thumbprint != nil {
		f.Ends = []string{"Mail to " + some(use) + " is sent with " + s.called(*outbound.Thumbprint)}
	}
	return f
}
