package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
)

// The verdicts about a server.
const (
	mailAtRisk   = "MAIL AT RISK"
	actionNeeded = "ACTION NEEDED"
)

// verdicts are the values of a plan's verdict, the worst first.
var verdicts = []string{mailAtRisk, actionNeeded, "OK"}

// verdictColor is the color of a verdict.
func verdictColor(verdict string) string {
	switch verdict {
	case mailAtRisk:
		return red
	case actionNeeded:
		return yellow
	}
	return green
}

// plan shows what to do, in order, and last what follows all of it.
func (p *page) plan(plan evaluate.Plan) {
	if len(plan.Actions) == 0 {
		p.line("%s  none: %s.", p.paint(bold, "Plan"), noActions(plan))
		return
	}
	p.heading("Plan")
	for i, action := range plan.Actions {
		p.action(i+1, action)
	}
	after := afterwards(plan)
	if len(after) > 0 {
		p.line("  %s", p.paint(bold, "Afterwards"))
	}
	for _, step := range after {
		p.prose(5, "     %s", step.Text)
		if step.Command != nil {
			p.line("     %s", *step.Command)
		}
	}
	if len(after) > 0 {
		p.line("")
	}
	p.line("Then gather and evaluate again.")
}

// noActions says why a plan is empty.
func noActions(plan evaluate.Plan) string {
	if plan.Verdict == "OK" {
		return "no errors or warnings, apart from waived ones"
	}
	return "no remedy is known for what was found"
}

func (p *page) action(number int, action evaluate.Action) {
	const indent = "     "
	p.prose(len(indent), "%3d. %s", number, p.paint(bold, action.Title))
	p.prose(len(indent), indent+"Why: %s", why(action))
	if action.Description != "" || action.Manual {
		p.prose(len(indent), indent+"%s", described(action))
	}
	for i, command := range action.Commands {
		if i == 0 && action.Prompt != nil {
			p.prose(len(indent), indent+"%s", asks(*action.Prompt))
		}
		p.line(indent+"%s", command)
		if i == 0 && action.Prompt != nil && len(action.Commands) > 1 {
			p.line(indent + "Then:")
		}
	}
	p.line("")
}

// described is an action's description as one paragraph, which says of a manual
// action that it is one.
func described(action evaluate.Action) string {
	words := strings.Join(strings.Fields(action.Description), " ")
	if action.Manual {
		return strings.TrimSpace("By hand: " + words)
	}
	return words
}

// asks says what a command asks and what to answer.
func asks(prompt evaluate.Prompt) string {
	return fmt.Sprintf("Run this command on its own. It asks %q: answer %s.", prompt.Question, prompt.Answer)
}

// why lists the events and the rules that an action answers.
func why(action evaluate.Action) string {
	var events, rules []string
	for _, reason := range action.Why {
		if reason.Event != 0 {
			events = append(events, reason.String())
		} else {
			rules = append(rules, reason.String())
		}
	}
	var parts []string
	if len(events) > 0 {
		parts = append(parts, plural(events, "event ", "events ")+list(events))
	}
	if len(rules) > 0 {
		parts = append(parts, plural(rules, "rule ", "rules ")+list(rules))
	}
	return strings.Join(parts, "; ")
}

func plural[T any](all []T, one, many string) string {
	if len(all) == 1 {
		return one
	}
	return many
}

// planText is a plan without colors, as reports write it that hold text.
func planText(plan evaluate.Plan) string {
	p := &page{}
	p.plan(plan)
	return p.String()
}

// afterwards returns what follows the actions of a plan, each once.
func afterwards(plan evaluate.Plan) []evaluate.Afterward {
	var all []evaluate.Afterward
	for _, action := range plan.Actions {
		for _, step := range action.Afterwards {
			same := func(other evaluate.Afterward) bool {
				return other.Text == step.Text && orEmpty(other.Command) == orEmpty(step.Command)
			}
			if !slices.ContainsFunc(all, same) {
				all = append(all, step)
			}
		}
	}
	return all
}

// seeAction points to the action of the plan that answers something.
func seeAction(plan evaluate.Plan, id *string) string {
	if n := numbered(plan, id); n > 0 {
		return fmt.Sprintf(" See action %d.", n)
	}
	return ""
}

// numbered returns which action of the plan an id is of, from 1; 0: of none.
func numbered(plan evaluate.Plan, id *string) int {
	if id == nil {
		return 0
	}
	return slices.IndexFunc(plan.Actions, func(action evaluate.Action) bool { return action.ID == *id }) + 1
}
