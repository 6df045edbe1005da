package evaluate

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Plan says what to do about a server, in order. docs/specification.md describes
// each field.
type Plan struct {
	Verdict string   `json:"verdict"` // MAIL AT RISK, ACTION NEEDED or OK
	Actions []Action `json:"actions"`
}

// Action is one step of a plan.
type Action struct {
	ID          string      `json:"id"`    // the same on every run
	Title       string      `json:"title"` // an imperative sentence without a full stop
	Why         []Reason    `json:"why"`   // the events and rules that it answers
	Description string      `json:"description"`
	Commands    []string    `json:"commands"` // of the Exchange Management Shell, one a line; only the first can ask something
	Prompt      *Prompt     `json:"prompt"`   // what the first command asks; nil: nothing
	Afterwards  []Afterward `json:"afterwards"`

	// Effect is a JSON Patch (RFC 6902) that does to the document what the action
	// does to the server. Absent: the result is not known.
	Effect json.RawMessage `json:"effect,omitempty"`

	Manual bool `json:"manual"` // no command can do it
}

// Prompt is what a command asks, and what to answer.
type Prompt struct {
	Question string `json:"question"`
	Answer   string `json:"answer"` // Yes or No
}

// Afterward is what an action requires once it is done.
type Afterward struct {
	Text    string  `json:"text"`
	Command *string `json:"command"` // nil: it is done otherwise
}

// Reason is why an action is in a plan: an event, or a finding.
type Reason struct {
	Event int    // of the Application log; 0: it is a finding
	Rule  string // the id of the finding's rule; empty: it is an event
}

// String returns the event's number or the rule's id.
func (r Reason) String() string {
	if r.Event != 0 {
		return strconv.Itoa(r.Event)
	}
	return r.Rule
}

// MarshalJSON writes an event as a number and a rule as text.
func (r Reason) MarshalJSON() ([]byte, error) {
	if r.Event != 0 {
		return json.Marshal(r.Event)
	}
	return json.Marshal(r.Rule)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Reason) UnmarshalJSON(text []byte) error {
	*r = Reason{}
	if json.Unmarshal(text, &r.Event) == nil || json.Unmarshal(text, &r.Rule) == nil {
		return nil
	}
	return fmt.Errorf("expected the number of an event or the id of a rule, found %s", text)
}
