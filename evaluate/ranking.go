package evaluate

import (
	"context"
	"fmt"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

const ranking = "[ranked | ranked := data.transportcert.selection.ranking(data.transportcert.inbound_anonymous.domains)[_]]"

// Ranked is an eligible certificate, and the reason why it is or is not the
// best in step 8 of inbound anonymous TLS.
type Ranked struct {
	Thumbprint string `json:"thumbprint"`

	// Because is best; or the criterion by which it is not: older and
	// higher_thumbprint, among certificates of the same kind; self_signed, if there is
	// a valid PKI certificate; and for a certificate that is neither,
	// self_signed_unknown, revoked, chain_untrusted, chain_unknown,
	// chain_not_valid_yet, chain_expired or chain_validity_unknown.
	Because string `json:"because"`
}

// Ranking returns the eligible certificates in the order of the decision. It returns
// the errors of Evaluate. The first call compiles its rules.
func (e *Evaluator) Ranking(ctx context.Context, document *gather.Document) ([]Ranked, error) {
	query, err := e.query(ctx, ranking)
	if err != nil {
		return nil, err
	}
	var ranked []Ranked
	if err := e.askAbout(ctx, query, document, &ranked); err != nil {
		return nil, fmt.Errorf("ranking the certificates of %s: %w", printable.Line(document.Server), err)
	}
	return ranked, nil
}
