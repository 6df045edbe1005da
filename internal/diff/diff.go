// Package diff compares two documents of a server and their decisions.
//
// The time and source of a document, its wording and its order do not count:
// gathered_at, now, sources and der are not compared, and lists of names are
// compared as sets. The passing of time counts if it changes the decision.
package diff

import (
	"context"
	"fmt"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// A Snapshot is a document and its decision.
type Snapshot struct {
	Name        string `json:"document"`     // where the document was read
	EvaluatedAt string `json:"evaluated_at"` // set by Compare and Only

	Document *gather.Document   `json:"-"`
	Decision *evaluate.Decision `json:"-"`

	// Also needed by Differ.
	Findings []evaluate.Finding `json:"-"`
	Plan     evaluate.Plan      `json:"-"`
	Forecast *evaluate.Forecast `json:"-"`
}

// The states of a server, a certificate or a connector.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Server is the difference between the two sides of a server.
type Server struct {
	Server   string    `json:"server"`
	State    string    `json:"state"` // Added, Removed or Changed
	Old      *Snapshot `json:"old"`   // nil: Added
	New      *Snapshot `json:"new"`   // nil: Removed
	Facts    []Fact    `json:"facts"`
	Decision []Outcome `json:"decision"`
}

// Check returns a document with everything that Differ needs.
func Check(ctx context.Context, evaluator *evaluate.Evaluator, document *gather.Document) (Snapshot, error) {
	checked, err := evaluator.Check(ctx, document)
	if err != nil {
		return Snapshot{}, err
	}
	forecast, err := evaluator.Forecast(ctx, document)
	if err != nil {
		return Snapshot{}, err
	}
	return Snapshot{Document: document, Decision: checked.Decision, Findings: checked.Findings, Plan: checked.Plan, Forecast: forecast}, nil
}

// Fact is a difference between the documents.
type Fact struct {
	Section string `json:"section"`        // its key in the document
	Change  string `json:"change"`         // Added, Removed or Changed
	Name    string `json:"name,omitzero"`  // of the connector or subscription, or the certificate's thumbprint
	Field   string `json:"field,omitzero"` // the changed field, such as trust.chain; empty: the whole element
	From    any    `json:"from,omitempty"` // absent: null or not in the document
	To      any    `json:"to,omitempty"`
}

// Outcome is a difference between the decisions.
type Outcome struct {
	Scenario  string  `json:"scenario"`  // the name of a scenario, or server
	Connector *string `json:"connector"` // nil: none
	Field     string  `json:"field"`     // of the decision, or event
	Event     *int    `json:"event"`     // the id, where Field is event
	From      any     `json:"from"`      // nil also where there was no such connector
	To        any     `json:"to"`
	Because   string  `json:"because,omitzero"` // facts, time, or facts and time
}

// Why the decisions differ.
const (
	Facts        = "facts"
	Time         = "time"
	FactsAndTime = "facts and time"
)

// Compare returns how a server differs, or nil if it does not. If the documents
// were decided for different times, it calls decide for the old document at the
// new time to find the reason of each difference; decide may change its
// document.
func Compare(ctx context.Context, before, after Snapshot, decide func(context.Context, *gather.Document) (*evaluate.Decision, error)) (*Server, error) {
	s := &Server{
		Server: after.Decision.Server, State: Changed, Old: side(before), New: side(after),
		Facts: facts(before.Document, after.Document), Decision: Outcomes(before.Decision, after.Decision),
	}
	if len(s.Facts)+len(s.Decision) == 0 {
		return nil, nil
	}
	if before.Decision.EvaluatedAt == after.Decision.EvaluatedAt || len(s.Decision) == 0 {
		s.because(func(Outcome) string { return Facts })
		return s, nil
	}
	then := *before.Document
	then.Now = after.Decision.EvaluatedAt
	between, err := decide(ctx, &then)
	if err != nil {
		return nil, fmt.Errorf("deciding for %s at %s: %w", before.Name, then.Now, err)
	}
	byTime, byFacts := keysOf(Outcomes(before.Decision, between)), keysOf(Outcomes(between, after.Decision))
	s.because(func(o Outcome) string {
		switch {
		case byTime[o.key()] && byFacts[o.key()]:
			return FactsAndTime
		case byTime[o.key()]:
			return Time
		}
		return Facts
	})
	return s, nil
}

// Only returns a server that only one side has: its State is Added or Removed.
func Only(state string, snapshot Snapshot) *Server {
	s := &Server{Server: snapshot.Decision.Server, State: state, Facts: []Fact{}, Decision: []Outcome{}}
	if state == Added {
		s.New = side(snapshot)
	} else {
		s.Old = side(snapshot)
	}
	return s
}

func side(s Snapshot) *Snapshot {
	s.EvaluatedAt = s.Decision.EvaluatedAt
	return &s
}

func (s *Server) because(why func(Outcome) string) {
	for i := range s.Decision {
		s.Decision[i].Because = why(s.Decision[i])
	}
}
