package policytest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/loader"

	"github.com/transportcert/transportcert/internal/bounded"
	"github.com/transportcert/transportcert/internal/bundles"
)

// Problem is a problem in a file of Rego or data.
type Problem struct {
	File string // empty: Text contains the place
	Line int
	Text string
}

func (p Problem) String() string {
	if p.File == "" {
		return p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Checked is the result of a check.
type Checked struct {
	Files       int // files of Rego, including tests
	Problems    []Problem
	Unformatted []string // files that opa fmt would change
}

// Check reports what is wrong with the Rego and data in folders and files: the
// errors of OPA's compiler in strict mode with the schemas of both documents,
// functions that policies may not use, and hooks that the shipped rules could
// not read. The error says why the check itself failed.
func Check(ctx context.Context, paths []string) (*Checked, error) {
	own, err := load(ctx, paths)
	if err != nil {
		problems, err := problemsOf(err)
		return &Checked{Problems: problems}, err
	}
	checked := &Checked{Files: len(own.rules) + len(own.tests)}
	if checked.Unformatted, err = bundles.Bounded(ctx, own.unformatted); err != nil {
		return nil, err
	}
	checked.Problems, err = bounded.Within(ctx, bundles.CompileDeadline, own.check)
	slices.SortStableFunc(checked.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return checked, err
}

// unformatted returns the files that opa fmt would change.
func (o *own) unformatted() ([]string, error) {
	var files []string
	for _, module := range slices.Concat(o.rules, o.tests) {
		text, err := format.SourceWithOpts(module.Path, module.Raw, format.Opts{RegoVersion: ast.RegoV1})
		if err == nil && !bytes.Equal(text, module.Raw) {
			files = append(files, module.Path)
		}
	}
	return files, nil
}

func (o *own) check(ctx context.Context) ([]Problem, error) {
	modules, err := o.modules()
	if err != nil {
		return nil, err
	}
	compiler, store := o.compiler()
	if err := withSchemas(compiler, modules); err != nil {
		return nil, err
	}
	compiler.WithStrict(true).SetErrorLimit(0).WithEnablePrintStatements(true).Compile(modules)
	if compiler.Failed() {
		problems, err := problemsOf(bundles.Explain(compiler.Errors))
		// A cycle is reported for each rule in it, and most of these rules are
		// shipped.
		own := slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool { return !o.has(p.File) })
		if len(own) > 0 {
			problems = own
		}
		return problems, err
	}
	problems := o.references(compiler)
	for _, module := range o.rules {
		for _, wrong := range bundles.WrongIDs(module.Parsed) {
			problems = append(problems, problemOf(wrong))
		}
	}
	hooks, err := o.hooks(ctx, compiler, store)
	return append(problems, hooks...), err
}

func (o *own) has(file string) bool {
	return slices.ContainsFunc(slices.Concat(o.rules, o.tests), func(module bundle.ModuleFile) bool { return module.Path == file })
}

// problemsOf returns the problems that an error consists of. An error of the
// file system is not a problem in a policy.
func problemsOf(err error) ([]Problem, error) {
	var path *fs.PathError
	switch err := err.(type) {
	case *ast.Error:
		return []Problem{problemOf(err)}, nil
	case ast.Errors:
		var problems []Problem
		for _, one := range err {
			problems = append(problems, problemOf(one))
		}
		return problems, nil
	case loader.Errors:
		return problemsOf(errors.Join(err...))
	case interface{ Unwrap() []error }:
		var problems []Problem
		for _, one := range err.Unwrap() {
			more, err := problemsOf(one)
			if err != nil {
				return nil, err
			}
			problems = append(problems, more...)
		}
		return problems, nil
	}
	if errors.As(err, &path) {
		return nil, err
	}
	if inner := errors.Unwrap(err); inner != nil {
		return problemsOf(inner)
	}
	return []Problem{{Text: err.Error()}}, nil
}

// maxDetail limits the characters of a type in an error.
const maxDetail = 300

func problemOf(err *ast.Error) Problem {
	problem := Problem{Text: err.Message}
	if err.Location != nil {
		problem.File, problem.Line = err.Location.File, err.Location.Row
	}
	switch detail := err.Details.(type) {
	case nil:
	case *ast.RefErrInvalidDetail:
		var names []string
		for _, name := range detail.OneOf {
			names = append(names, strings.Trim(name.String(), `"`))
		}
		if wrong := strings.Trim(detail.Ref[detail.Pos].String(), `"`); len(names) > 0 {
			problem.Text = noSuch(detail.Ref[:detail.Pos].String(), wrong, names)
		}
	default:
		text := strings.Join(strings.Fields(strings.Join(detail.Lines(), " ")), " ")
		problem.Text += ": " + text[:min(len(text), maxDetail)]
	}
	if cycle := strings.Split(err.Message, " -> "); err.Code == ast.RecursionErr && len(cycle) > 2 {
		problem.Text = fmt.Sprintf("%s is used to compute %s, so it cannot use the latter; it can use the input", cycle[len(cycle)-1], cycle[1])
	}
	return problem
}

// noSuch says that a name does not exist, and suggests a similar one or lists
// those that do.
func noSuch(where, name string, names []string) string {
	text := fmt.Sprintf("%s has no %s", where, name)
	if close := closest(name, names); close != "" {
		return text + "; did you mean " + close + "?"
	}
	return text + "; it has " + strings.Join(names, ", ")
}

// closest returns the name that a misspelled one probably means, or "".
func closest(name string, names []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, candidate := range names {
		if strings.HasPrefix(candidate, name) {
			return candidate
		}
		if d := levenshtein.ComputeDistance(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// references finds references below data.transportcert to nothing: the compiler
// treats them as data that is loaded later.
func (o *own) references(compiler *ast.Compiler) []Problem {
	var problems []Problem
	for _, file := range o.rules {
		ast.WalkRefs(compiler.Modules[file.Path], func(ref ast.Ref) bool {
			if len(ref) < 4 || ref[0].Location == nil || !ref.HasPrefix(ast.MustParseRef("data.transportcert")) {
				return false
			}
			names, ground := make([]string, 3), true
			for i := range names {
				name, ok := ref[i+1].Value.(ast.String)
				names[i], ground = string(name), ground && ok
			}
			if _, isData := lookup(o.data, names); !ground || isData || names[1] == "waivers" || compiler.RuleTree.Find(ref[:4]) != nil {
				return false
			}
			var siblings []string
			if parent := compiler.RuleTree.Find(ref[:3]); parent != nil {
				for key := range parent.Children {
					siblings = append(siblings, strings.Trim(key.String(), `"`))
				}
			}
			text := fmt.Sprintf("there is no rule and no data %s", ref[:4])
			if close := closest(names[2], siblings); close != "" {
				text += "; did you mean " + close + "?"
			}
			problems = append(problems, Problem{ref[0].Location.File, ref[0].Location.Row, text})
			return false
		})
	}
	return problems
}
