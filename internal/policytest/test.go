package policytest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/transportcert/transportcert/internal/bounded"
	"github.com/transportcert/transportcert/internal/bundles"
)

// Options says which tests run and how.
type Options struct {
	Run      string        // a regular expression for test names; empty: all
	Deadline time.Duration // for one test
	Coverage bool          // whether to measure the coverage
}

// Report is the result of the tests.
type Report struct {
	Tests    []Test    `json:"tests"` // by file and line
	Coverage *Coverage `json:"coverage,omitempty"`
}

// Passed reports whether no test failed.
func (r *Report) Passed() bool {
	return !slices.ContainsFunc(r.Tests, func(test Test) bool { return test.Result == "fail" || test.Result == "error" })
}

// Test is the result of one test.
type Test struct {
	Name     string    `json:"name"` // custom_test.test_weak_keys
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Result   string    `json:"result"`             // pass, fail, error or skip
	Failures []Failure `json:"failures,omitempty"` // one for each failed case
	Error    string    `json:"error,omitempty"`
	Output   string    `json:"output,omitempty"` // of print calls
}

// Failure is the expression at which a test failed, with the values of its
// variables.
type Failure struct {
	Case       string `json:"case,omitempty"` // the name of the test case, if there are several
	File       string `json:"file,omitempty"`
	Line       int    `json:"line,omitempty"`
	Expression string `json:"expression,omitempty"` // can have several lines
}

// Coverage says which lines of the organization's rules, without tests, were
// evaluated.
type Coverage struct {
	Percent    float64 `json:"percent"`
	Lines      int     `json:"lines"`
	NotCovered []Lines `json:"not_covered"`
}

// Lines is a range of lines of a file.
type Lines struct {
	File string `json:"file"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

func (l Lines) String() string {
	if l.From == l.To {
		return fmt.Sprintf("%s:%d", l.File, l.From)
	}
	return fmt.Sprintf("%s:%d-%d", l.File, l.From, l.To)
}

// Run runs the tests in folders and files. It fails if there are none.
func Run(ctx context.Context, paths []string, options Options) (*Report, error) {
	own, err := load(ctx, paths)
	if err != nil {
		return nil, err
	}
	report, err := bounded.Do(ctx, func(ctx context.Context) (*Report, error) { return own.run(ctx, options) })
	if err == nil && len(report.Tests) == 0 {
		err = fmt.Errorf("%s: expected tests (rules test_... in *_test.rego), found none", strings.Join(paths, ", "))
		if options.Run != "" {
			err = fmt.Errorf("%w that matches %q", err, options.Run)
		}
	}
	return report, err
}

func (o *own) run(ctx context.Context, options Options) (*Report, error) {
	modules, err := o.modules()
	if err != nil {
		return nil, err
	}
	compiler, store := o.compiler()
	compiler.WithEnablePrintStatements(true)
	runner := func() *tester.Runner {
		return tester.NewRunner().SetCompiler(compiler).SetStore(store).SetTimeout(options.Deadline)
	}
	covered := cover.New()
	first := runner().SetModules(modules).Filter(options.Run)
	if options.Coverage {
		first.SetCoverageQueryTracer(covered).SetCoverageRuns(nil)
	}
	results, err := collect(ctx, first, options.Deadline)
	if err != nil {
		return nil, err
	}
	// Failed tests run again with a trace: a trace of all tests would be too
	// large.
	var failed []ast.Ref
	for _, result := range results {
		if result.Fail {
			failed = append(failed, ast.MustParseRef(result.Package+"."+result.Name))
		}
	}
	if len(failed) > 0 {
		traced, err := collect(ctx, runner().SetPrefixMatchers(failed...).EnableTracing(true), options.Deadline)
		if err != nil {
			return nil, err
		}
		for name, result := range traced {
			results[name] = result
		}
	}
	report := &Report{Tests: []Test{}}
	for _, result := range results {
		report.Tests = append(report.Tests, testOf(result))
	}
	slices.SortFunc(report.Tests, func(a, b Test) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name))
	})
	if options.Coverage {
		report.Coverage = o.coverage(covered)
	}
	return report, nil
}

// collect runs tests and returns their results by name.
func collect(ctx context.Context, runner *tester.Runner, deadline time.Duration) (map[string]*tester.Result, error) {
	// The tests use another context, because that of the compilation ends with
	// it.
	running, err := bounded.Within(ctx, bundles.CompileDeadline, func(context.Context) (chan *tester.Result, error) {
		return runner.RunTests(ctx, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("compiling the policies: %w", bundles.Explain(err))
	}
	results := map[string]*tester.Result{}
	for {
		select {
		case result, ok := <-running:
			if !ok {
				return results, ctx.Err()
			}
			results[result.Package+"."+result.Name] = result
		case <-time.After(deadline + 2*time.Second):
			return nil, fmt.Errorf("a test timed out after %s, and does not stop", deadline)
		}
	}
}

func testOf(result *tester.Result) Test {
	test := Test{
		Name:   strings.TrimPrefix(result.Package, "data.transportcert.") + "." + result.Name,
		File:   result.Location.File,
		Line:   result.Location.Row,
		Result: "pass",
		Output: string(result.Output),
	}
	switch {
	case result.Skip:
		test.Result = "skip"
	case result.Error != nil:
		test.Result, test.Error = "error", result.Error.Error()
		if topdown.IsCancel(result.Error) || errors.Is(result.Error, context.DeadlineExceeded) {
			test.Error = "timed out"
		}
	case result.Fail:
		test.Result = "fail"
		for name, part := range result.SubResults.Iter {
			if part.Fail && len(part.SubResults) == 0 {
				test.Failures = append(test.Failures, failureOf(strings.Join(name, "/"), part.Trace))
			}
		}
		if len(test.Failures) == 0 {
			test.Failures = []Failure{failureOf("", result.Trace)}
		}
	}
	return test
}

// failureOf finds the last expression that failed.
func failureOf(name string, trace []*topdown.Event) Failure {
	failure := Failure{Case: name}
	for _, event := range slices.Backward(trace) {
		expression, ok := event.Node.(*ast.Expr)
		if event.Op != topdown.FailOp || !ok || event.Location == nil || event.QueryID == 0 {
			continue
		}
		if _, every := expression.Terms.(*ast.Every); every {
			continue // an inner expression says more
		}
		var text strings.Builder
		if topdown.PrettyEvent(&text, event, topdown.PrettyEventOpts{PrettyVars: true}) == nil {
			failure.File, failure.Line = event.Location.File, event.Location.Row
			failure.Expression = strings.TrimRight(text.String(), "\n")
			return failure
		}
	}
	return failure
}

func (o *own) coverage(covered *cover.Cover) *Coverage {
	rules := map[string]*ast.Module{}
	for _, module := range o.rules {
		rules[module.Path] = module.Parsed
	}
	files := covered.Report(rules).Files
	coverage := &Coverage{Percent: 100, NotCovered: []Lines{}}
	not := 0
	for _, module := range o.rules {
		file := files[module.Path]
		coverage.Lines += file.CoveredLines + file.NotCoveredLines
		not += file.NotCoveredLines
		end := 0 // end of the previous range
		for _, lines := range file.NotCovered {
			if last := len(coverage.NotCovered) - 1; end > 0 && lines.Start.Row <= end+1 {
				coverage.NotCovered[last].To = max(end, lines.End.Row)
			} else {
				coverage.NotCovered = append(coverage.NotCovered, Lines{module.Path, lines.Start.Row, lines.End.Row})
			}
			end = max(end, lines.End.Row)
		}
	}
	if coverage.Lines > 0 {
		coverage.Percent = 100 * float64(coverage.Lines-not) / float64(coverage.Lines)
	}
	return coverage
}
