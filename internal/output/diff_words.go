package output

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/diff"
)

// sidesOf says which documents are compared, for which times.
func sidesOf(s *diff.Server) string {
	words := func(side *diff.Snapshot) string { return side.Name + " at " + when(side.EvaluatedAt) }
	switch s.State {
	case diff.Added:
		return "added: " + words(s.New)
	case diff.Removed:
		return "removed: " + words(s.Old)
	}
	return words(s.Old) + " -> " + words(s.New)
}

// elementOf is what people call an element of a section.
var elementOf = map[string]string{
	"certificates": "Certificate", "connectors": "Receive connector", "send_connectors": "Send connector", "edge_subscriptions": "Edge subscription",
}

// factLines says what differs between the documents. quote is called with what
// comes from them.
func factLines(s *diff.Server, quote func(string) string) []string {
	var all []string
	for _, fact := range s.Facts {
		of, field := fact.Section, strings.Trim(fact.Section+"."+fact.Field, ".")
		if fact.Name != "" {
			of = elementOf[fact.Section] + " " + quote(fact.Name)
			field = of + ", " + fact.Field
		}
		switch {
		case fact.Change == diff.Changed:
			all = append(all, fmt.Sprintf("%s: %s -> %s", field, quote(valueWords(fact, fact.From)), quote(valueWords(fact, fact.To))))
		case fact.Section == "certificates":
			side := s.New
			if fact.Change == diff.Removed {
				side = s.Old
			}
			all = append(all, fmt.Sprintf("%s %s: %s", of, fact.Change, quote(certificateWords(side.Document, fact.Name))))
		default:
			all = append(all, of+" "+fact.Change)
		}
	}
	return all
}

// valueWords is a value of a document for people.
func valueWords(fact diff.Fact, value any) string {
	switch value := value.(type) {
	case nil:
		switch {
		case fact.Section == "certificates":
			return "not known"
		case fact.Field == "":
			return "not gathered"
		}
		return "not set"
	case []string:
		return cmp.Or(strings.Join(value, ", "), "none")
	case string:
		return cmp.Or(value, "empty")
	}
	return fmt.Sprint(value)
}

func certificateWords(document *gather.Document, thumbprint string) string {
	i := slices.IndexFunc(document.Certificates, func(c gather.Certificate) bool { return c.Thumbprint == thumbprint })
	if i < 0 {
		return "not in the store"
	}
	certificate := document.Certificates[i]
	return fmt.Sprintf("%s, %s, valid until %s", title(certificate), signedBy(certificate), day(certificate.NotAfter))
}

// A topic is what outcomes are about: a line is written for each.
type topic struct {
	name    string
	words   func(server) string // how it is on one side
	event   *diff.Outcome       // nil: it is no event
	because string
}

// decisionLines says what differs between the decisions: a line for each
// connector of a scenario, and one for each event.
func decisionLines(s *diff.Server, quote func(string) string) []string {
	if s.Old == nil || s.New == nil {
		return nil
	}
	var topics []topic
	for _, outcome := range s.Decision {
		next := topicOf(outcome, quote)
		i := slices.IndexFunc(topics, func(t topic) bool { return t.name == next.name })
		switch {
		case i < 0 || next.event != nil:
			topics = append(topics, next)
		case topics[i].because != next.because:
			topics[i].because = diff.FactsAndTime
		}
	}
	before, after := newDecided(*s.Old), newDecided(*s.New)
	var all []string
	for _, topic := range topics {
		switch from, to := topic.words(before), topic.words(after); {
		case topic.event != nil && topic.event.To == false:
			all = append(all, topic.name+sinceTime(topic.because)+": no longer logged")
		case topic.event != nil:
			all = append(all, topic.name+sinceTime(topic.because)+": "+to)
		case from != to:
			all = append(all, fmt.Sprintf("%s%s: %s -> %s", topic.name, sinceTime(topic.because), quote(from), quote(to)))
		}
	}
	return all
}

func sinceTime(because string) string {
	switch because {
	case diff.Time:
		return ", because time has passed"
	case diff.FactsAndTime:
		return ", because facts changed and time has passed"
	}
	return ""
}

func newDecided(snapshot diff.Snapshot) server {
	return newServer(snapshot.Document, snapshot.Decision)
}

func topicOf(o diff.Outcome, quote func(string) string) topic {
	about := func(name string, words func(server) string) topic { return topic{name, words, nil, o.Because} }
	scenario := evaluate.Scenario(o.Scenario)
	switch {
	case o.Field == "event":
		return eventTopic(o, quote)
	case o.Field == "mail_at_risk":
		return about("Mail at risk", func(s server) string { return map[bool]string{true: "yes", false: "no"}[s.decision.MailAtRisk] })
	case o.Field == "procedure":
		return about("Procedure", func(s server) string { return s.decision.Procedure })
	case o.Field == "role":
		return about("Role", func(s server) string { return cmp.Or(orEmpty(s.decision.OutboundAnonymous.Role), "not known") })
	case o.Field == "best", o.Field == "best_kind":
		return about("Best certificate", func(s server) string { return s.named(s.Best, s.BestKind, nil) })
	case o.Connector == nil && (scenario != evaluate.OutboundAnonymous || o.Field == "expired"):
		return about("Internal transport certificate", func(s server) string { return s.named(s.Thumbprint, nil, s.Expired) })
	}
	name := use{}.name()
	if o.Connector != nil {
		name = quote(*o.Connector)
	}
	return about(onOrTo(scenario)+name, func(s server) string { return s.cell(scenario, o.Connector) })
}

func eventTopic(o diff.Outcome, quote func(string) string) topic {
	name := fmt.Sprintf("Event %d", *o.Event)
	if o.Connector != nil {
		name += " on " + quote(*o.Connector)
	}
	return topic{name, func(s server) string {
		for _, event := range s.decision.Events {
			if event.ID == *o.Event && orEmpty(event.Connector) == orEmpty(o.Connector) {
				return quote(event.Message)
			}
		}
		return ""
	}, &o, o.Because}
}

// named names a certificate, with what is known of it in a decision.
func (s server) named(thumbprint, kind *string, expired *bool) string {
	if thumbprint == nil {
		return "none"
	}
	words := s.short(thumbprint)
	if certificate, there := s.store[*thumbprint]; there {
		words += ", " + title(certificate)
	}
	if kind != nil {
		words += ", " + map[string]string{"pki": "valid PKI", "self_signed": "self-signed", "expired_pki": "expired PKI"}[*kind]
	}
	if is(expired, true) {
		words += ", expired"
	}
	return words
}

// cell says how a connector or a route is in a scenario.
func (s server) cell(scenario evaluate.Scenario, connector *string) string {
	with, without, absent := "offered with ", "not offered: ", "no such connector"
	if scenario == evaluate.OutboundAnonymous {
		with, without, absent = "anonymous TLS with ", "no anonymous TLS: ", "no such route"
	}
	for _, u := range s.of(scenario) {
		switch {
		case orEmpty(u.Connector) != orEmpty(connector):
		case !u.Offered:
			return without + s.why(u)
		case scenario == evaluate.InboundSTARTTLS:
			return with + s.named(u.Thumbprint, u.STARTTLS.Kind, u.Expired)
		default:
			return with + s.named(u.Thumbprint, nil, nil)
		}
	}
	return absent
}
