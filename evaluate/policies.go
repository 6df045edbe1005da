package evaluate

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/internal/bundles"
)

// shippedRoot is the root of the decision's rules in a bundle's manifest.
const shippedRoot = "transportcert/inbound_anonymous"

// load returns what the options add to a rego.Rego: the policies and the data.
func (o *options) load() ([]func(*rego.Rego), error) {
	var parts []func(*rego.Rego)
	embedded := true
	for _, path := range o.bundles {
		loaded, err := bundles.Read(path, o.verificationKey)
		if err != nil {
			return nil, err
		}
		if loaded.Manifest.Roots != nil && slices.ContainsFunc(*loaded.Manifest.Roots, holdsShipped) {
			embedded = false
		}
		parts = append(parts, rego.ParsedBundle(path, loaded))
	}
	if embedded {
		shipped, err := bundles.Shipped()
		if err != nil {
			return nil, err
		}
		parts = append(parts, rego.ParsedBundle("transportcert", shipped))
	}
	if len(o.policies) > 0 {
		custom, err := bundles.Custom(o.policies)
		if err != nil {
			return nil, err
		}
		parts = append(parts, rego.ParsedBundle("custom", custom))
	}
	return parts, nil
}

// holdsShipped reports whether a root of a bundle has room for the shipped
// rules, so that the bundle stands in place of the embedded policies.
func holdsShipped(root string) bool {
	return root == "" || root == shippedRoot || strings.HasPrefix(shippedRoot, strings.Trim(root, "/")+"/")
}
