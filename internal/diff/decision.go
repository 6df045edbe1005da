package diff

import (
	"slices"

	"github.com/transportcert/transportcert/evaluate"
)

// A key identifies the subject of an outcome. If two connectors have the same
// name, the second has another number.
type key struct {
	scenario, connector string
	implicit            bool // the route without a connector
	field               string
	event, number       int
}

func (o Outcome) key() key {
	k := key{scenario: o.Scenario, field: o.Field, implicit: o.Connector == nil}
	if o.Connector != nil {
		k.connector = *o.Connector
	}
	if o.Event != nil {
		k.event = *o.Event
	}
	return k
}

// keysOf returns what outcomes are about, whatever their number.
func keysOf(outcomes []Outcome) map[key]bool {
	all := map[key]bool{}
	for _, o := range outcomes {
		all[o.key()] = true
	}
	return all
}

// A state is everything of a decision that is compared, with each value in To.
type state struct {
	order []key
	of    map[key]Outcome
}

func (s *state) add(o Outcome) {
	k := o.key()
	for _, again := s.of[k]; again; _, again = s.of[k] {
		k.number++
	}
	s.order, s.of[k] = append(s.order, k), o
}

// Outcomes returns the differences between two decisions, first by field and
// then by event, regardless of wording and of the time of evaluation.
func Outcomes(before, after *evaluate.Decision) []Outcome {
	fields, events := []Outcome{}, []Outcome{}
	from, to := stateOf(before), stateOf(after)
	for i, k := range slices.Concat(from.order, to.order) {
		o, known := from.of[k]
		if !known {
			o = to.of[k]
		} else if i >= len(from.order) {
			continue
		}
		switch o.From, o.To = from.of[k].To, to.of[k].To; {
		case o.From == o.To:
		case o.Event != nil:
			o.From, o.To = o.From != nil, o.To != nil
			events = append(events, o)
		default:
			fields = append(fields, o)
		}
	}
	return append(fields, events...)
}

// offered names the field that says whether TLS is offered or used.
var offered = map[evaluate.Scenario]string{
	evaluate.InboundAnonymous: "advertise_x_anonymoustls", evaluate.InboundSTARTTLS: "advertise_starttls", evaluate.OutboundAnonymous: "uses_anonymous_tls",
}

func stateOf(d *evaluate.Decision) state {
	s := state{of: map[key]Outcome{}}
	add := func(scenario string, connector *string, field string, value any) {
		s.add(Outcome{Scenario: scenario, Connector: connector, Field: field, To: value})
	}
	add("server", nil, "mail_at_risk", d.MailAtRisk)
	add("server", nil, "procedure", d.Procedure)

	for _, scenario := range evaluate.Scenarios {
		name := string(scenario)
		switch scenario {
		case evaluate.InboundAnonymous:
			add(name, nil, "certificate", value(d.InboundAnonymous.Thumbprint))
			add(name, nil, "expired", value(d.InboundAnonymous.Expired))
			add(name, nil, "best", value(d.InboundAnonymous.Best))
			add(name, nil, "best_kind", value(d.InboundAnonymous.BestKind))
		case evaluate.OutboundAnonymous:
			add(name, nil, "role", value(d.OutboundAnonymous.Role))
			add(name, nil, "expired", value(d.OutboundAnonymous.Expired))
		}
		for _, u := range d.Uses(scenario) {
			add(name, u.Connector, offered[scenario], u.Offered)
			add(name, u.Connector, "certificate", value(u.Thumbprint))
			if u.STARTTLS != nil {
				add(name, u.Connector, "certificate_kind", value(u.STARTTLS.Kind))
				add(name, u.Connector, "expired", value(u.Expired))
			}
			add(name, u.Connector, "stopped_at", value(u.StoppedAt))
		}
	}

	for _, event := range d.Events {
		s.add(Outcome{Scenario: scenario(d, event), Connector: event.Connector, Field: "event", Event: &event.ID, To: true})
	}
	return s
}

// scenario returns the first scenario that raises an event.
func scenario(d *evaluate.Decision, event evaluate.Event) string {
	if event.Connector != nil {
		return string(evaluate.InboundSTARTTLS)
	}
	for _, other := range d.InboundAnonymous.Events {
		if other.ID == event.ID {
			return string(evaluate.InboundAnonymous)
		}
	}
	return string(evaluate.OutboundAnonymous)
}

// value returns what a pointer points to, or nil.
func value[T any](pointer *T) any {
	if pointer == nil {
		return nil
	}
	return *pointer
}
