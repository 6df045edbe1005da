package evaluate

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Plan says what to do about a server, in order. docs/specification.md
// describes each field.
type Plan struct {
	Verdict string   `json:"verdict"` // MAIL AT RISK, ACTION NEEDED or OK
	Actions []Action `json:"actions"`
}

// Action is one step of a plan.
type Action struct {
	ID          string      `json:"id"`    // the same on every run
	Title       string      `json:"title"` // an imperative sentence without a period
	Why         []Reason    `json:"why"`   // the events and rules that it answers
	Description string      `json:"description"`
	Commands    []string    `json:"commands"` // Exchange Management Shell commands; only the first can prompt
	Prompt      *Prompt     `json:"prompt"`   // of the first command; nil: none
	Afterwards  []Afterward `json:"afterwards"`

	// Effect is a JSON Patch (RFC 6902) that changes the document as the action
	// changes the server. Absent: the result is unknown.
	Effect json.RawMessage `json:"effect,omitempty"`

	Manual bool `json:"manual"` // cannot be done by a command
}

// Prompt is the question that a command asks, and the answer to give.
type Prompt struct {
	Question string `json:"question"`
	Answer   string `json:"answer"` // Yes or No
}

// Afterward is an action that is required after another one.
type Afterward struct {
	Text    string  `json:"text"`
	Command *string `json:"command"` // nil: not done by a command
}

// Reason is the reason for an action in a plan: an event or a finding.
type Reason struct {
	Event int    // the event's id; 0: a finding
	Rule  string // the id of the finding's rule; empty: an event
}

// String returns the event's number or the rule's id.
func (r Reason) String() string {
	if r.Event != 0 {
		return strconv.Itoa(r.Event)
	}
	return r.Rule
}

// MarshalJSON encodes an event as a number and a rule as a string.
func (r Reason) MarshalJSON() ([]byte, error) {
	if r.Event != 0 {
		return json.Marshal(r.Event)
	}
	return json.Marshal(r.Rule)
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (r *Reason) UnmarshalJSON(text []byte) error {
	*r = Reason{}
	if json.Unmarshal(text, &r.Event) == nil || json.Unmarshal(text, &r.Rule) == nil {
		return nil
	}
	return fmt.Errorf("expected the number of an event or the id of a rule, found %s", text)
}
