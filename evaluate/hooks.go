package evaluate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/internal/bundles"
)

// prepareUndefined compiles a query for the hooks that are undefined for a
// document, or returns nil if no hook can be. Rego treats an undefined hook as
// absent, so the shipped rules would silently go on without it.
func (p *program) prepareUndefined(ctx context.Context) (*rego.PreparedEvalQuery, error) {
	var asked []string
	for _, hook := range bundles.Hooks {
		ref := ast.MustParseRef(bundles.CustomPackage + "." + hook)
		rules := p.compiler.GetRulesExact(ref)
		always := slices.ContainsFunc(rules, func(rule *ast.Rule) bool {
			return rule.Default || rule.Head.RuleKind() == ast.MultiValue || len(rule.Head.Ref()) > 1
		})
		if len(rules) > 0 && !always {
			asked = append(asked, fmt.Sprintf("{%q | [1 | _ = %s] == []}", ref, ref))
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	query, err := p.prepare(ctx, strings.Join(asked, " | "))
	return &query, err
}

// hookError returns an error if a hook is undefined for a document.
func (e *Evaluator) hookError(ctx context.Context, input ast.Value) error {
	if e.undefined == nil {
		return nil
	}
	var names []string
	if err := e.ask(ctx, *e.undefined, input, &names, nil); err != nil {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("%s: undefined for this document: expected a value; a default rule can provide one", strings.Join(names, ", "))
	}
	return nil
}
