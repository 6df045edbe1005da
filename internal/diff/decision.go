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

func stateOf(d *evaluate.Decision) state {
	s := state{of: map[key]Outcome{}}
	add := func(scenario string, connector *string, field string, value any) {
		s.add(Outcome{Scenario: scenario, Connector: connector, Field: field, To: value})
	}
	add("server", nil, "mail_at_risk", d.MailAtRisk)
	add("server", nil, "procedure", d.Procedure)

	inbound := string(evaluate.InboundAnonymous)
	add(inbound, nil, "certificate", value(d.InboundAnonymous.Thumbprint))
	add(inbound, nil, "expired", value(d.InboundAnonymous.Expired))
	add(inbound, nil, "best", value(d.InboundAnonymous.Best))
	add(inbound, nil, "best_kind", value(d.InboundAnonymous.BestKind))
	for _, c := range d.InboundAnonymous.Connectors {
		add(inbound, &c.Name, "advertise_x_anonymoustls", c.Advertise)
		add(inbound, &c.Name, "certificate", value(c.Thumbprint))
		add(inbound, &c.Name, "stopped_at", value(c.StoppedAt))
	}

	starttls := string(evaluate.InboundSTARTTLS)
	for _, c := range d.InboundSTARTTLS.Connectors {
		add(starttls, &c.Name, "advertise_starttls", c.Advertise)
		add(starttls, &c.Name, "certificate", value(c.Thumbprint))
		add(starttls, &c.Name, "certificate_kind", value(c.Kind))
		add(starttls, &c.Name, "expired", value(c.Expired))
		add(starttls, &c.Name, "stopped_at", value(c.StoppedAt))
	}

	outbound := string(evaluate.OutboundAnonymous)
	add(outbound, nil, "role", value(d.OutboundAnonymous.Role))
	add(outbound, nil, "expired", value(d.OutboundAnonymous.Expired))
	for _, r := range d.OutboundAnonymous.Routes {
		add(outbound, r.Connector, "uses_anonymous_tls", r.UsesAnonymousTLS)
		add(outbound, r.Connector, "certificate", value(r.Thumbprint))
		add(outbound, r.Connector, "stopped_at", value(r.StoppedAt))
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
