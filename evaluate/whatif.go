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

// maxCopied limits the bytes that the copy operations of a patch may add to a
// document.
const maxCopied = 1 << 20

// The Exchange Management Shell commands that Apply knows.
const (
	AddCertificate        = "add"                      // Import-ExchangeCertificate, with Certificate, Services and OverwriteDefault
	RemoveCertificate     = "remove"                   // Remove-ExchangeCertificate, with Thumbprint
	EnableCertificate     = "enable"                   // Enable-ExchangeCertificate, with Thumbprint, Services and OverwriteDefault
	RenewCertificate      = "renew"                    // New-ExchangeCertificate, with Thumbprint and, if a CA issues it, Certificate
	SetTLSCertificateName = "set_tls_certificate_name" // Set-ReceiveConnector or Set-SendConnector, with Kind, Index and Thumbprint
)

// Edit is a command and its arguments.
type Edit struct {
	Action           string              `json:"action"` // one of the constants
	Thumbprint       string              `json:"thumbprint,omitzero"`
	Certificate      *gather.Certificate `json:"certificate,omitzero"`
	Services         []string            `json:"services"`          // to enable the certificate for
	OverwriteDefault bool                `json:"overwrite_default"` // whether it becomes the internal transport certificate
	Kind             string              `json:"kind,omitzero"`     // connectors or send_connectors
	Index            int                 `json:"index"`             // of the connector in that list
}

// A RefusedError says why Exchange would reject a command.
type RefusedError struct{ Reason string }

func (r RefusedError) Error() string { return r.Reason }

// Apply returns a copy of a document as it would be after a command. If
// Exchange would reject the command, the error is a RefusedError.
func (e *Evaluator) Apply(ctx context.Context, document *gather.Document, edit Edit) (*gather.Document, error) {
	query, err := e.query(ctx, whatIfRule)
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
		return nil, fmt.Errorf("applying a command to %s: %w", printable.Line(document.Server), err)
	}
	if answer.Refused != nil {
		return nil, RefusedError{*answer.Refused}
	}
	return ApplyEffect(document, answer.Effect)
}

// ApplyPlan returns a copy of a document as it would be after the actions of
// its plan, in order, and the actions that it skipped because their result is
// unknown.
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

// ApplyEffect returns a copy of a document as it would be after an action with
// this effect. The result is decoded again: if it is not a valid document, that
// is an error.
func ApplyEffect(document *gather.Document, effect json.RawMessage) (*gather.Document, error) {
	before, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.DecodePatch(effect)
	if err != nil {
		return nil, fmt.Errorf("applying an effect to the document of %s: %w", printable.Line(document.Server), err)
	}
	options := jsonpatch.NewApplyOptions()
	options.AccumulatedCopySizeLimit = maxCopied
	after, err := patch.ApplyWithOptions(before, options)
	if err != nil {
		return nil, fmt.Errorf("applying an effect to the document of %s: %w", printable.Line(document.Server), err)
	}
	changed, err := gather.Decode(after)
	if err != nil {
		return nil, fmt.Errorf("the document of %s after an effect: %w", printable.Line(document.Server), err)
	}
	return changed, nil
}
