package evaluate

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/transportcert/transportcert/internal/bundles"
)

// Criterion returns the METADATA title of an organization's own criterion, by
// the reason that it gives. It returns "" if there is no title, or if the
// rule's head does not contain the reason as a string.
func (d *Decision) Criterion(reason string) string { return d.criteria[reason] }

// criteriaOf returns the titles of the criteria in the loaded policies, by
// reason.
func criteriaOf(loaded map[string]*bundle.Bundle) map[string]string {
	var titles map[string]string // nil if there are none, because decisions are compared
	for _, b := range loaded {
		for _, module := range b.Modules {
			if bundles.IsBelow(module.Parsed.Package, bundles.CustomPackage) {
				for reason, title := range criteria(module.Parsed) {
					if titles == nil {
						titles = map[string]string{}
					}
					titles[reason] = title
				}
			}
		}
	}
	return titles
}

func criteria(module *ast.Module) map[string]string {
	titles := map[string]string{}
	for _, rule := range module.Rules {
		if rule.Head.Ref().String() != "ineligible" || rule.Head.Key == nil {
			continue
		}
		object, ok := rule.Head.Key.Value.(ast.Object)
		if !ok {
			continue
		}
		reason := object.Get(ast.StringTerm("reason"))
		if reason == nil {
			continue
		}
		text, ok := reason.Value.(ast.String)
		for _, annotations := range rule.Annotations {
			if ok && annotations.Title != "" {
				titles[string(text)] = annotations.Title
			}
		}
	}
	return titles
}
