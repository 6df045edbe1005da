package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// Explain returns the format that tells a decision step by step: what was looked
// at, what was found, and whether the process went on.
func Explain(w io.Writer, style Style, which Selection) Format[Checked] {
	return newPages(w, style, func(p *page, c Checked) error { return p.explain(c, which) })
}

func (p *page) explain(c Checked, which Selection) error {
	s, err := which.server(c)
	if err != nil {
		return err
	}
	s.ranking, p.names = c.Ranking, s.prose()
	p.headline(s.decision, c.Plan)
	p.unknown(s)
	for _, part := range []struct {
		scenario evaluate.Scenario
		explain  func(*page, server)
	}{
		{evaluate.InboundAnonymous, (*page).explainAnonymous},
		{evaluate.InboundSTARTTLS, (*page).explainSTARTTLS},
		{evaluate.OutboundAnonymous, (*page).explainOutbound},
	} {
		if which.has(part.scenario) {
			part.explain(p, s)
		}
	}
	p.events(s, c.Plan)
	p.tell("Only a running server can tell whether it logs events 12017 and 12018 (a certificate expires soon), 12019 (the other server's " +
		"certificate has expired) and 12024 (Exchange 2010 and later: after 12013 a temporary certificate may be used).")
	p.line("")
	p.plan(c.Plan)
	return nil
}

// anonymousSteps are the nine steps, as questions.
var anonymousSteps = []string{
	"Does a session reach a connector?",
	"Does the connector have ExchangeServer authentication?",
	"Which certificate does the directory name?",
	"Is it in the store?",
	"Has it expired?",
	"Which names can a certificate be for?",
	"Which certificates are eligible?",
	"Which of them is best?",
	"Is the best certificate the loaded one?",
}

// adviceNote stands before step 6 of procedure 2016.
const adviceNote = "For Exchange 2013 and later the published text ends here. Steps 6 to 9 are advice."

// explainAnonymous tells the nine steps.
func (p *page) explainAnonymous(s server) {
	p.title("Inbound anonymous TLS (X-ANONYMOUSTLS)", "-")
	p.line("")
	for i, tell := range []func(*page, server){
		tellSession, tellAuthentication, tellDirectory, tellStore, tellExpiry, tellDomains, tellEligible, tellBest, tellComparison,
	} {
		if i == 5 && s.decision.Procedure == "2016" {
			p.tell(adviceNote)
			p.line("")
		}
		p.heading(fmt.Sprintf("Step %d. %s", i+1, anonymousSteps[i]))
		tell(p, s)
		p.line("")
	}
	p.heading("Result")
	tellOutcome(p, s)
	p.line("")
}

// tell writes sentences below a step.
func (p *page) tell(format string, args ...any) {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = p.named(text)
		}
	}
	p.prose(2, "  "+format, args...)
}

func tellSession(p *page, s server) {
	if s.Phase == "startup" {
		p.tell("The transport service of %s starts. There is no session yet, so no connector is involved; what is said about "+
			"connectors applies to the sessions that follow.", s.Server)
	}
	connectors := s.of(evaluate.InboundAnonymous)
	switch len(connectors) {
	case 0:
		p.tell("%s has no Receive connector: no session can reach it.", s.Server)
	case 1:
		p.tell("%s has one Receive connector, %s. A session that reaches it starts the process.", s.Server, quoted(namesOf(connectors)))
	default:
		p.tell("%s has %d Receive connectors: %s. A session that reaches one of them starts the process.",
			s.Server, len(connectors), quoted(namesOf(connectors)))
	}
	if disabled := stoppedAt(connectors, "connector_disabled"); len(disabled) > 0 {
		p.tell("Disabled, so no session reaches them: %s.", quoted(namesOf(disabled)))
	}
}

func tellAuthentication(p *page, s server) {
	connectors := s.of(evaluate.InboundAnonymous)
	passed := only(connectors, use.getsToStep3)
	if len(passed) > 0 {
		p.tell("The AuthMechanism of %s has ExchangeServer. %s", quoted(namesOf(passed)), s.goesOn())
	}
	var mechanisms, without []string
	for i, connector := range connectors {
		if is(connector.StoppedAt, "exchange_server_auth_disabled") {
			mechanisms = append(mechanisms, authMechanism(s.facts.Connectors[i]))
			without = append(without, connector.name())
		}
	}
	mechanisms, off := alike(mechanisms, without)
	for i, mechanism := range mechanisms {
		p.tell("The AuthMechanism of %s is %s, without ExchangeServer. The process stops: X-ANONYMOUSTLS is not offered "+
			"there, and no event is logged.", quoted(off[i]), mechanism)
	}
	if suppressed := stoppedAt(connectors, "x_anonymoustls_suppressed"); len(suppressed) > 0 {
		p.tell("SuppressXAnonymousTls is set on %s. The process stops: X-ANONYMOUSTLS is not offered there, and no event is "+
			"logged.", quoted(namesOf(suppressed)))
	}
	if len(passed) == 0 {
		p.tell("No session gets past this step. What follows is what %s would find if one did.", s.Server)
	}
}

func tellDirectory(p *page, s server) {
	switch directory := s.facts.Directory; {
	case !directory.Readable:
		p.tell("None: %s cannot read its own object in the directory%s. %s %s",
			s.Server, inBrackets(directory.Error), s.stops(), s.logged(12012))
	case directory.InternalTransportCertificate == nil:
		p.tell("None: msExchServerInternalTLSCert is not set on the server's object. %s %s", s.stops(), s.logged(12012))
	default:
		p.tell("msExchServerInternalTLSCert of the server's object names %s. %s", *directory.InternalTransportCertificate, s.goesOn())
	}
}

func tellStore(p *page, s server) {
	directory := s.facts.Directory
	switch {
	case s.Thumbprint != nil:
		certificate := s.store[*s.Thumbprint]
		p.tell("Yes: %s, %s. It is loaded. %s", *s.Thumbprint, signedBy(certificate), s.goesOn())
	case !directory.Readable || directory.InternalTransportCertificate == nil:
		p.tell("Not reached: there is no thumbprint to look for.")
	case len(s.facts.Certificates) == 0:
		p.tell("No: the store is empty. %s %s", s.stops(), s.logged(12013))
	default:
		p.tell("No: %s is not in the store, which has %s. %s %s", *directory.InternalTransportCertificate,
			count(len(s.facts.Certificates), "certificate", "certificates"), s.stops(), s.logged(12013))
	}
}

func tellExpiry(p *page, s server) {
	if s.Thumbprint == nil {
		p.tell("Not reached: nothing is loaded.")
		return
	}
	certificate := s.store[*s.Thumbprint]
	if is(s.Expired, true) {
		p.tell("Yes: its validity ended on %s (%s). %s That does not stop the process.", certificate.NotAfter, s.left(certificate), s.logged(12015))
		return
	}
	p.tell("No: its validity ends on %s (%s). %s", certificate.NotAfter, s.left(certificate), s.goesOn())
}

// goesOn and stops end a step. Where no session gets past step 2, they tell
// what would happen.
func (s server) goesOn() string {
	if !s.reached() {
		return "The process would continue."
	}
	return "The process continues."
}

func (s server) stops() string {
	if !s.reached() {
		return "The process would stop: nothing is loaded."
	}
	return "The process stops: X-ANONYMOUSTLS is not offered, and nothing is loaded."
}

// logged says whether an event of the decision is logged.
func (s server) logged(id int) string {
	switch {
	case s.event(id) != nil && id == 12012:
		return "Exchange logs event 12012, because the transport service is starting."
	case s.event(id) != nil:
		return fmt.Sprintf("Exchange logs event %d.", id)
	case id == 12012:
		return "Event 12012 is not logged: Exchange logs it only when the transport service starts."
	}
	if id == 1037 && s.decision.Procedure == "2016" {
		return "Event 1037 does not exist in Exchange 2013 and later."
	}
	return fmt.Sprintf("Event %d is not logged: no session gets past step 2.", id)
}

func stoppedAt(all []use, place string) []use {
	return only(all, func(u use) bool { return is(u.StoppedAt, place) })
}

// authMechanism returns the flags of a connector as Exchange writes them.
func authMechanism(connector gather.Connector) string {
	if len(connector.AuthMechanisms) == 0 {
		return "None"
	}
	return strings.Join(connector.AuthMechanisms, ", ")
}

func quoted(names []string) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = `"` + name + `"`
	}
	return list(words)
}
