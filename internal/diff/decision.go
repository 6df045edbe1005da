package diff

import "github.com/transportcert/transportcert/evaluate"

// A key tells what an outcome is about. Two connectors can have one name: the
// second has another number.
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

func keyed(outcomes []Outcome) map[key]Outcome {
	all := make(map[key]Outcome, len(outcomes))
	for _, o := range outcomes {
		k := o.key()
		for _, again := all[k]; again; _, again = all[k] {
			k.number++
		}
		all[k] = o
	}
	return all
}

// Outcomes returns what differs between two decisions, field by field and then
// event by event, without regard to wording and to the time that they are for.
func Outcomes(before, after *evaluate.Decision) []Outcome {
	differences := []Outcome{}
	from, to := state(before), state(after)
	befores, afters := keyed(from), keyed(to)
	seen := map[key]bool{}
	for _, outcomes := range [][]Outcome{from, to} {
		numbers := map[key]int{}
		for _, o := range outcomes {
			k := o.key()
			first := k
			k.number = numbers[first]
			numbers[first]++
			if seen[k] {
				continue
			}
			seen[k] = true
			if o.From, o.To = befores[k].To, afters[k].To; o.Event != nil {
				o.From, o.To = o.From != nil, o.To != nil
			}
			if !same(o.From, o.To) {
				differences = append(differences, o)
			}
		}
	}
	return eventsLast(differences)
}

func eventsLast(all []Outcome) []Outcome {
	sorted := make([]Outcome, 0, len(all))
	for _, events := range []bool{false, true} {
		for _, o := range all {
			if (o.Event != nil) == events {
				sorted = append(sorted, o)
			}
		}
	}
	return sorted
}

// state is everything that is compared of a decision, each with its value in To.
func state(d *evaluate.Decision) []Outcome {
	var all []Outcome
	add := func(scenario string, connector *string, field string, value any) {
		all = append(all, Outcome{Scenario: scenario, Connector: connector, Field: field, To: value})
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
		all = append(all, Outcome{Scenario: scenario(d, event), Connector: event.Connector, Field: "event", Event: &event.ID, To: true})
	}
	return all
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
