package evaluate

import (
	"runtime"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// evalOptions keeps an evaluation within the stack of a browser, which holds
// the frames of all calls until the goroutine is suspended: a forecast has
// thousands. While suspended, the evaluation also notices the deadline.
func evalOptions() []rego.EvalOption {
	return []rego.EvalOption{rego.EvalVirtualCache(suspending{topdown.NewVirtualCache()})}
}

// suspending suspends the goroutine whenever a rule is looked up.
type suspending struct{ topdown.VirtualCache }

func (s suspending) Get(ref ast.Ref) (*ast.Term, bool) {
	runtime.Gosched()
	return s.VirtualCache.Get(ref)
}
