package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

const whatIfRule = "data.transportcert.whatif.answer"

// maxCopied is how many bytes the copies of a patch may add to a document.
const maxCopied = 1 << 20

// The commands of the Exchange Management Shell that Apply knows.
const (
	AddCertificate        = "add"                      // Import-ExchangeCertificate, with Certificate, Services and OverwriteDefault
	RemoveCertificate     = "remove"                   // Remove-ExchangeCertificate, with Thumbprint
	EnableCertificate     = "enable"                   // Enable-ExchangeCertificate, with Thumbprint, Services and OverwriteDefault
	RenewCertificate      = "renew"                    // New-ExchangeCertificate, with Thumbprint and, of a CA, Certificate
	SetTLSCertificateName = "set_tls_certificate_name" // Set-ReceiveConnector or Set-SendConnector, with Kind, Index and Thumbprint
)

// Edit is a command and what it is given.
type Edit struct {
	Action           string              `json:"action"` // one of the constants
	Thumbprint       string              `json:"thumbprint,omitzero"`
	Certificate      *gather.Certificate `json:"certificate,omitzero"`
	Services         []string            `json:"services"`          // to enable the certificate for
	OverwriteDefault bool                `json:"overwrite_default"` // whether SMTP makes it the internal transport certificate
	Kind             string              `json:"kind,omitzero"`     // connectors or send_connectors
	Index            int                 `json:"index"`             // of the connector among them
}

// A RefusedError is why Exchange refuses a command, in words.
type RefusedError struct{ Reason string }

func (r RefusedError) Error() string { return r.Reason }

// Apply returns a document as it is after a command. It does not change the one
// that it is given. What Exchange refuses is a RefusedError.
func (e *Evaluator) Apply(ctx context.Context, document *gather.Document, edit Edit) (*gather.Document, error) {
	query, err := e.wholeQuery(ctx, &e.whatIf, whatIfRule)
	if err != nil {
		return nil, err
	}
	if err := document.Validate(); err != nil {
		return nil, err
	}
	if edit.Services == nil {
		edit.Services = []string{}
	}
	input := ast.NewObject(
		[2]*ast.Term{ast.StringTerm("document"), ast.NewTerm(inputValue(document))},
		[2]*ast.Term{ast.StringTerm("edit"), term(reflect.ValueOf(edit))},
	)
	var answer struct {
		Refused *string         `json:"refused"`
		Effect  json.RawMessage `json:"effect"`
	}
	if err := e.ask(ctx, query, input, &answer, nil); err != nil {
		return nil, fmt.Errorf("what a command does to %s: %w", printable.Line(document.Server), err)
	}
	if answer.Refused != nil {
		return nil, RefusedError{*answer.Refused}
	}
	return ApplyEffect(document, answer.Effect)
}

// ApplyPlan returns a document as it is after the actions of its plan, in order,
// and the actions whose result is not known, which are left out.
func ApplyPlan(document *gather.Document, plan Plan) (after *gather.Document, left []Action, err error) {
	for _, action := range plan.Actions {
		if action.Manual || action.Effect == nil {
			left = append(left, action)
			continue
		}
		if document, err = ApplyEffect(document, action.Effect); err != nil {
			return nil, nil, fmt.Errorf("action %s: %w", action.ID, err)
		}
	}
	return document, left, nil
}

// ApplyEffect returns a document as it is after an action of its plan, by the
// action's effect. The result is decoded anew: an effect that makes no document
// is an error.
func ApplyEffect(document *gather.Document, effect json.RawMessage) (*gather.Document, error) {
	before, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.DecodePatch(effect)
	if err != nil {
		return nil, fmt.Errorf("an effect on the document of %s: %w", printable.Line(document.Server), err)
	}
	options := jsonpatch.NewApplyOptions()
	options.AccumulatedCopySizeLimit = maxCopied
	after, err := patch.ApplyWithOptions(before, options)
	if err != nil {
		return nil, fmt.Errorf("an effect on the document of %s: %w", printable.Line(document.Server), err)
	}
	changed, err := gather.Decode(after)
	if err != nil {
		return nil, fmt.Errorf("the document of %s after an effect: %w", printable.Line(document.Server), err)
	}
	return changed, nil
}
