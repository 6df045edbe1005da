package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// A Selection narrows what a format writes to one scenario, and to one Receive
// or Send connector. The zero Selection is everything.
type Selection struct {
	Scenario  evaluate.Scenario
	Connector string
}

// has reports whether the selection includes a scenario.
func (w Selection) has(scenario evaluate.Scenario) bool {
	return cmp.Or(w.Scenario, scenario) == scenario
}

// narrowed returns the document and the decision without the other connectors.
func (w Selection) narrowed(document *gather.Document, decision *evaluate.Decision) (*gather.Document, *evaluate.Decision, error) {
	if w.Connector == "" {
		return document, decision, nil
	}
	doc, d := *document, *decision
	doc.Connectors = only(doc.Connectors, func(c gather.Connector) bool { return c.Name == w.Connector })
	inbound, startTLS, outbound := &d.InboundAnonymous, &d.InboundSTARTTLS, &d.OutboundAnonymous
	inbound.Connectors = only(inbound.Connectors, func(c evaluate.AnonymousConnector) bool { return c.Name == w.Connector })
	startTLS.Connectors = only(startTLS.Connectors, func(c evaluate.STARTTLSConnector) bool { return c.Name == w.Connector })
	outbound.Routes = only(outbound.Routes, func(r evaluate.Route) bool { return is(r.Connector, w.Connector) })
	about := func(event evaluate.Event) bool { return event.Connector == nil || *event.Connector == w.Connector }
	d.Events, startTLS.Events = only(d.Events, about), only(startTLS.Events, about)
	if len(inbound.Connectors)+len(outbound.Routes) == 0 {
		return nil, nil, DocumentError{fmt.Errorf("%s has no connector %q: expected one of %s", d.Server, w.Connector, connectorNames(newServer(document, decision)))}
	}
	return &doc, &d, nil
}

// server returns what is written about.
func (w Selection) server(c Checked) (server, error) {
	document, decision, err := w.narrowed(c.Facts, c.Decision)
	if err != nil {
		return server{}, err
	}
	s := newServer(document, decision)
	s.which = w
	return s, nil
}

// only returns a new list of what is kept; never nil.
func only[T any](all []T, keep func(T) bool) []T {
	kept := make([]T, 0, 1)
	for _, one := range all {
		if keep(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// connectorNames lists the connectors of a server, each once.
func connectorNames(s server) string {
	named := only(s.uses(), func(u use) bool { return u.Connector != nil })
	names := slices.Sorted(slices.Values(namesOf(named)))
	for i, name := range names {
		names[i] = strconv.Quote(name)
	}
	return strings.Join(slices.Compact(names), ", ")
}

// chosen returns what JSON is written of a decision.
func (w Selection) chosen(c Checked) (any, error) {
	_, decision, err := w.narrowed(c.Facts, c.Decision)
	if err != nil {
		return nil, err
	}
	chosen, _ := w.part(decision)
	return chosen, nil
}

// part returns what was chosen of a decision, and its events.
func (w Selection) part(decision *evaluate.Decision) (any, []evaluate.Event) {
	switch w.Scenario {
	case evaluate.InboundAnonymous:
		return decision.InboundAnonymous, decision.InboundAnonymous.Events
	case evaluate.InboundSTARTTLS:
		return decision.InboundSTARTTLS, decision.InboundSTARTTLS.Events
	case evaluate.OutboundAnonymous:
		return decision.OutboundAnonymous, decision.OutboundAnonymous.Events
	}
	return decision, decision.Events
}
