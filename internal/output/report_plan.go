package output

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/printable"
)

// planReport is a PowerShell script with the plan of each server. Whatever is
// not a command is a comment, and so is a command that asks something, with all
// that follows it in its action. Where a person has to act, the script ends.
type planReport struct {
	raw     io.Writer
	w       io.Writer // to raw
	version string
	begun   bool
}

// byteOrderMark tells Windows PowerShell that a script is UTF-8. Read in a code
// page, an accented letter can become a quotation mark that ends a literal.
const byteOrderMark = "\ufeff"

// stopLine ends the script. It has nothing out of a document.
const stopLine = "throw 'Do what the comment above says, then delete this line.'"

func newPlanReport(w io.Writer, version string) *planReport {
	return &planReport{raw: w, w: printable.NewWriter(w, printable.Text), version: version}
}

func (r *planReport) Add(c Checked) error {
	s := &script{}
	s.comment(fmt.Sprintf("%s: %s", c.Server, c.Plan.Verdict))
	s.comment("Facts: " + r.facts(c))
	if len(c.Plan.Actions) == 0 {
		s.comment("Plan  none: " + noActions(c.Plan) + ".")
	}
	s.WriteByte('\n')
	for i, action := range c.Plan.Actions {
		s.action(i+1, action)
	}
	s.afterwards(c.Plan)
	return r.write(s)
}

// facts says from which facts a plan was made, and for when.
func (r *planReport) facts(c Checked) string {
	words := c.Document
	if c.Facts.GatheredAt != "" {
		words += ", gathered at " + when(c.Facts.GatheredAt)
	}
	return words + ", evaluated for " + when(c.EvaluatedAt)
}

func (r *planReport) write(s *script) error {
	if !r.begun {
		r.begun = true
		head := &script{}
		head.comment("What to do, by transportcert " + r.version + ". Read each action before you run it in the Exchange Management Shell.")
		head.comment("A command that asks something is a comment: run it on its own, and give the answer above it. There, and where no " +
			"command can do what has to be done, the script stops.")
		if _, err := io.WriteString(r.raw, byteOrderMark); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(r.w, "%s\n", head); err != nil {
			return err
		}
	}
	_, err := r.w.Write(s.Bytes())
	return err
}

func (r *planReport) Fail(document string, why error) error {
	s := &script{}
	s.comment(document + " could not be checked:")
	for line := range strings.SplitSeq(why.Error(), "\n") {
		s.comment(line)
	}
	s.WriteByte('\n')
	return r.write(s)
}

func (r *planReport) Close() error { return r.write(&script{}) }

// A script is PowerShell of which no comment and no command is more than it
// seems, whatever a document holds.
type script struct{ bytes.Buffer }

// comment writes a sentence as comments.
func (s *script) comment(text string) {
	for line := range strings.SplitSeq(wrap(printable.Line(text), defaultWidth-2, 0), "\n") {
		fmt.Fprintf(s, "# %s\n", line)
	}
}

// command writes a command on its line. Text in it has been quoted by the
// policies, so that what is not plain cannot be a command of theirs.
func (s *script) command(command string, run bool) {
	line := printable.Line(command)
	if !run || line != command {
		line = "# " + line
	}
	fmt.Fprintln(s, line)
}

// isCommand tells a command, which begins with a cmdlet, a variable or a type,
// from words.
var isCommand = regexp.MustCompile(`^(\$[A-Za-z][A-Za-z0-9]* = |\[|[A-Z][A-Za-z]+-[A-Z])`)

func (s *script) action(number int, action evaluate.Action) {
	s.comment(fmt.Sprintf("%d. %s", number, action.Title))
	s.comment("Why: " + why(action))
	if action.Description != "" || action.Manual {
		s.comment(described(action))
	}
	byHand := action.Manual || action.Prompt != nil
	if action.Prompt != nil {
		s.comment(asks(*action.Prompt))
	}
	// The words of an organization's own remedy are not commands.
	byHand = byHand || slices.ContainsFunc(action.Commands, func(command string) bool { return !isCommand.MatchString(command) })
	for _, command := range action.Commands {
		s.command(command, !byHand)
	}
	if byHand {
		fmt.Fprintln(s, stopLine)
	}
	s.WriteByte('\n')
}

func (s *script) afterwards(plan evaluate.Plan) {
	after := afterwards(plan)
	if len(after) == 0 {
		return
	}
	s.comment("Afterwards")
	for _, step := range after {
		s.comment(step.Text)
		if step.Command != nil {
			s.command(*step.Command, isCommand.MatchString(*step.Command))
		}
	}
	s.WriteByte('\n')
}
