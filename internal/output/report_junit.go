package output

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/spool"
)

// junitReport is a suite for each server with a test case for each rule. A case
// fails where the gate does; what does not fail it is in the case's output. All
// is written by Close.
type junitReport struct {
	w       io.Writer
	rules   []evaluate.Rule
	failOn  FailOn
	totals  junitSuites
	suites  int
	written spool.Spool
}

// What the schemas of Jenkins' plugins have in common. Text is character data
// and no CDATA: whatever a CI system would take for a command can be escaped.
type (
	junitSuites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr,omitempty"`
		Errors   int      `xml:"errors,attr,omitempty"`
		Failures int      `xml:"failures,attr,omitempty"`
	}
	junitSuite struct {
		XMLName   xml.Name         `xml:"testsuite"`
		Name      string           `xml:"name,attr"`
		Tests     int              `xml:"tests,attr"`
		Failures  int              `xml:"failures,attr"`
		Errors    int              `xml:"errors,attr"`
		ID        int              `xml:"id,attr"`
		Hostname  string           `xml:"hostname,attr,omitempty"`
		Skipped   int              `xml:"skipped,attr,omitempty"`
		Time      string           `xml:"time,attr"`
		Timestamp string           `xml:"timestamp,attr,omitempty"`
		File      string           `xml:"file,attr,omitempty"`
		Verdict   *junitProperties `xml:"properties"`
		Cases     []junitCase      `xml:"testcase"`
		Output    string           `xml:"system-out,omitempty"`
	}
	junitProperties struct {
		Property junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Classname string       `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Skipped   *junitResult `xml:"skipped"`
		Error     *junitResult `xml:"error"`
		Failure   *junitResult `xml:"failure"`
		Output    string       `xml:"system-out,omitempty"`
	}
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// took is how long a test case took; readers want to have it.
const took = "0"

func (r *junitReport) Add(c Checked) error {
	suite := junitSuite{
		Name:      c.Server,
		ID:        r.suites,
		Hostname:  c.Server,
		Timestamp: strings.TrimSuffix(c.EvaluatedAt, "Z"), // the format knows no zones
		Time:      took,
		File:      printable.Line(c.Document),
		Verdict:   &junitProperties{junitProperty{"verdict", c.Plan.Verdict}},
		Output:    strings.Join(append(newServer(c.Facts, c.Decision).unknown(), planText(c.Plan)), "\n"),
	}
	byRule := map[string][]int{}
	rules := r.rules[:len(r.rules):len(r.rules)]
	for _, rule := range rules {
		byRule[rule.ID] = nil
	}
	for i, finding := range c.Findings {
		if _, known := byRule[finding.RuleID]; !known { // an organization's own, without METADATA
			rules = append(rules, evaluate.Rule{ID: finding.RuleID, Title: finding.Title})
		}
		byRule[finding.RuleID] = append(byRule[finding.RuleID], i)
	}
	for _, rule := range rules {
		suite.add(r.testcase(c, rule, byRule[rule.ID]))
	}
	return r.add(suite)
}

func (s *junitSuite) add(test junitCase) {
	s.Cases = append(s.Cases, test)
	s.Tests++
	switch {
	case test.Error != nil:
		s.Errors++
	case test.Failure != nil:
		s.Failures++
	case test.Skipped != nil:
		s.Skipped++
	}
}

// add counts a suite and writes it to where it waits for the others.
func (r *junitReport) add(suite junitSuite) error {
	r.suites++
	r.totals.Tests += suite.Tests
	r.totals.Errors += suite.Errors
	r.totals.Failures += suite.Failures
	encoder := xml.NewEncoder(&r.written)
	encoder.Indent("\t", "\t")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(&r.written, "\n")
	return err
}

func (r *junitReport) testcase(c Checked, rule evaluate.Rule, found []int) junitCase {
	test := junitCase{Name: printable.Line(headline(rule.ID, rule.Title)), Classname: c.Server, Time: took}
	var failed, rest []string
	message, severity, skipped := "", "", ""
	for _, i := range found {
		finding := c.Findings[i]
		text := advice(finding) + "\nat " + where(c.Places[i], finding)
		switch {
		case r.failOn.Fails(finding):
			if failed = append(failed, text); message == "" {
				message, severity = finding.Message, finding.Severity
			}
		case finding.Suppressed != nil:
			skipped = waiver(finding.Suppressed)
			rest = append(rest, "suppressed: "+waiver(finding.Suppressed)+"\n"+text)
		case known(finding):
			skipped = cmp.Or(skipped, "known: it is in the baseline")
			rest = append(rest, "known "+finding.Severity+": "+text)
		default:
			rest = append(rest, finding.Severity+": "+text)
		}
	}
	switch {
	case failed != nil:
		test.Failure = &junitResult{Message: message, Type: severity, Text: strings.Join(failed, "\n\n")}
	case skipped != "":
		test.Skipped = &junitResult{Message: skipped}
	}
	if rest != nil {
		test.Output = strings.Join(rest, "\n\n")
	}
	return test
}

// Fail adds a suite with one test case that could not be run.
func (r *junitReport) Fail(document string, why error) error {
	document = printable.Line(document)
	suite := junitSuite{Name: document, ID: r.suites, Time: took}
	message, _, _ := strings.Cut(why.Error(), "\n")
	suite.add(junitCase{
		Name: "check", Classname: document, Time: took,
		Error: &junitResult{Message: message, Type: "error", Text: why.Error()},
	})
	return r.add(suite)
}

func (r *junitReport) Close() error {
	r.totals.Name = "transportcert"
	whole, err := xml.Marshal(r.totals)
	if err != nil {
		return err
	}
	start, end := whole, []byte("</testsuites>")
	if start = bytes.TrimSuffix(start, end); r.suites > 0 {
		start = append(start, '\n')
	}
	if _, err := fmt.Fprintf(r.w, "%s%s", xml.Header, start); err != nil {
		return err
	}
	if _, err := r.written.WriteTo(r.w); err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.w, "%s\n", end)
	return err
}
