package output

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/spool"
)

// junitReport is a suite for each server with a test case for each rule. A case
// fails where the gate does; what does not fail it is in the case's output. All
// is written by Close.
type junitReport struct {
	w                io.Writer
	rules            []evaluate.Rule
	failOn           FailOn
	junit.Testsuites // without the suites, which are in written
	suites           int
	written          spool.Spool
}

// took is how long a test case took; readers want to have it.
const took = "0"

func (r *junitReport) Add(c Checked) error {
	suite := junit.Testsuite{
		Name:      Printable(c.Server),
		ID:        r.suites,
		Hostname:  Printable(c.Server),
		Timestamp: strings.TrimSuffix(c.EvaluatedAt, "Z"), // the format knows no zones
		Time:      took,
		File:      Printable(c.Document),
	}
	byRule := map[string][]int{}
	rules := r.rules[:len(r.rules):len(r.rules)]
	for _, rule := range rules {
		byRule[rule.ID] = nil
	}
	for i, finding := range c.Findings {
		if _, known := byRule[finding.RuleID]; !known { // an organisation's own, without METADATA
			rules = append(rules, evaluate.Rule{ID: finding.RuleID, Title: finding.Title})
		}
		byRule[finding.RuleID] = append(byRule[finding.RuleID], i)
	}
	for _, rule := range rules {
		suite.AddTestcase(r.testcase(c, rule, byRule[rule.ID]))
	}
	return r.add(suite)
}

// add counts a suite and writes it to where it waits for the others.
func (r *junitReport) add(suite junit.Testsuite) error {
	r.AddSuite(suite)
	r.Suites = nil
	r.suites++
	encoder := xml.NewEncoder(&r.written)
	encoder.Indent("\t", "\t")
	if err := encoder.EncodeElement(suite, xml.StartElement{Name: xml.Name{Local: "testsuite"}}); err != nil {
		return err
	}
	_, err := io.WriteString(&r.written, "\n")
	return err
}

func (r *junitReport) testcase(c Checked, rule evaluate.Rule, found []int) junit.Testcase {
	test := junit.Testcase{Name: Printable(headline(rule.ID, rule.Title)), Classname: Printable(c.Server), Time: took}
	var failed, rest []string
	message, severity := "", ""
	var suppressed *evaluate.Suppression
	for _, i := range found {
		finding := c.Findings[i]
		text := advice(finding) + "\nat " + Printable(where(c.Places[i], finding))
		switch {
		case r.failOn.Fails(finding):
			if failed = append(failed, text); message == "" {
				message, severity = Printable(finding.Message), finding.Severity
			}
		case finding.Suppressed != nil:
			suppressed = finding.Suppressed
			rest = append(rest, "suppressed: "+Printable(waiver(finding.Suppressed))+"\n"+text)
		default:
			rest = append(rest, finding.Severity+": "+text)
		}
	}
	switch {
	case failed != nil:
		test.Failure = &junit.Result{Message: message, Type: severity, Data: strings.Join(failed, "\n\n")}
	case suppressed != nil:
		test.Skipped = &junit.Result{Message: Printable(waiver(suppressed))}
	}
	if rest != nil {
		test.SystemOut = &junit.Output{Data: strings.Join(rest, "\n\n")}
	}
	return test
}

// Fail adds a suite with one test case that could not be run.
func (r *junitReport) Fail(document string, why error) error {
	suite := junit.Testsuite{Name: Printable(document), ID: r.suites, Time: took}
	message, _, _ := strings.Cut(PrintableLines(why.Error()), "\n")
	suite.AddTestcase(junit.Testcase{
		Name: "check", Classname: Printable(document), Time: took,
		Error: &junit.Result{Message: message, Type: "error", Data: PrintableLines(why.Error())},
	})
	return r.add(suite)
}

func (r *junitReport) Close() error {
	r.Name = "transportcert"
	r.Skipped = 0 // the schema of Jenkins' xUnit plugin has it in suites only
	whole, err := xml.Marshal(r.Testsuites)
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
