package evaluate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/transportcert/transportcert/internal/bundles"
)

// Rule is the METADATA of a compliance rule.
type Rule struct {
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Severity    string      `json:"severity"`    // error, warning or info
	Remediation string      `json:"remediation"` // prose, or commands, one per line; a name in braces stands for a fact of the finding
	References  []Reference `json:"references"`
}

// Reference is a link to a page with more information.
type Reference struct {
	Description string `json:"description"`
	URL         string `json:"url"`
}

// compliancePackage is where the shipped compliance rules are, and below it.
const compliancePackage = "data.transportcert.compliance"

// rules reads the rules from the METADATA. The first block for an id counts.
func (p *program) rules() ([]Rule, error) {
	all := map[string]Rule{}
	shipped := false
	var wrong []error
	for _, name := range sorted(p.compiler.Modules) {
		module := p.compiler.Modules[name]
		switch {
		case bundles.IsBelow(module.Package, bundles.CustomPackage):
			for _, id := range bundles.WrongIDs(module) {
				wrong = append(wrong, fmt.Errorf("%v: %s", id.Location, id.Message))
			}
		case !bundles.IsBelow(module.Package, compliancePackage):
			continue
		}
		for _, annotations := range module.Annotations {
			rule := ruleOf(annotations)
			if _, again := all[rule.ID]; again || rule.ID == "" {
				continue
			}
			all[rule.ID] = rule
			shipped = shipped || bundles.IsBelow(module.Package, compliancePackage)
		}
	}
	if !shipped {
		return nil, errors.New("the policies contain no compliance rules: expected package transportcert.compliance with its METADATA, as published or as created by bundle build")
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	rules := make([]Rule, 0, len(all))
	for _, id := range sorted(all) {
		rules = append(rules, all[id])
	}
	return rules, nil
}

// ruleOf returns the rule that a METADATA block describes, without an ID if it
// describes none.
func ruleOf(annotations *ast.Annotations) Rule {
	text := func(field string) string {
		value, _ := annotations.Custom[field].(string)
		return strings.TrimSpace(value)
	}
	rule := Rule{
		ID:          text("id"),
		Title:       cmp.Or(annotations.Title, text("id")),
		Description: strings.TrimSpace(annotations.Description),
		Severity:    text("severity"),
		Remediation: text("remediation"),
		References:  []Reference{},
	}
	for _, resource := range annotations.RelatedResources {
		url := resource.Ref.String()
		rule.References = append(rule.References, Reference{cmp.Or(resource.Description, url), url})
	}
	return rule
}

func sorted[V any](values map[string]V) []string { return slices.Sorted(maps.Keys(values)) }
