package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/internal/bounded"
)

// A runner runs queries within bounds of time and size.
type runner struct {
	clock    func() time.Time
	deadline time.Duration
	trusted  bool // whether the policies are the shipped ones and no others
}

// bound gives a context the deadline of one evaluation.
func (r *runner) bound(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.deadline, fmt.Errorf("not done within %s", r.deadline))
	return ctx, cancel, nil
}

// eval returns what a query says of the input, as JSON; nil where it is
// undefined.
func (r *runner) eval(ctx context.Context, query rego.PreparedEvalQuery, input ast.Value) ([]byte, error) {
	do := bounded.Do[[]byte]
	if r.trusted {
		do = bounded.Trust
	}
	return do(ctx, func(ctx context.Context) ([]byte, error) {
		results, err := query.Eval(ctx, rego.EvalParsedInput(input), rego.EvalTime(r.clock()))
		if err != nil || len(results) == 0 {
			return nil, err
		}
		text, err := json.Marshal(results[0].Expressions[0].Value)
		if err == nil && len(text) > maxDecision {
			err = fmt.Errorf("expected a decision of at most %d bytes, found one of %d", maxDecision, len(text))
		}
		return text, err
	})
}
