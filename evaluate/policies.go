package evaluate

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/policies"
)

// The root of the decision's rules in a bundle's manifest, and the package
// below which an organisation's own Rego lives.
const (
	shippedRoot   = "transportcert/inbound_anonymous"
	customPackage = "data.transportcert.custom"
)

// forbidden are the built-in functions that no policy gets, whoever wrote it:
// the network, the environment, and those whose cost in time or memory a
// deadline does not bound.
var forbidden = []string{
	"graph.reachable_paths",
	"http.send",
	"net.cidr_expand",
	"net.lookup_ip_addr",
	"opa.runtime",
	"trace",
}

// capabilities returns what policies may use: OPA's own without the network,
// the environment and the built-in functions whose cost nothing bounds.
func capabilities() *ast.Capabilities {
	allowed := ast.CapabilitiesForThisVersion()
	allowed.AllowNet = []string{}
	allowed.Builtins = slices.DeleteFunc(allowed.Builtins, func(builtin *ast.Builtin) bool {
		return slices.Contains(forbidden, builtin.Name)
	})
	return allowed
}

// load returns what the options add to a rego.Rego: the policies and the data.
func (o *options) load() ([]func(*rego.Rego), error) {
	var parts []func(*rego.Rego)
	embedded := true
	for _, path := range o.bundles {
		loaded, err := loadBundle(path, o.verificationKey)
		if err != nil {
			return nil, err
		}
		if loaded.Manifest.Roots != nil && slices.ContainsFunc(*loaded.Manifest.Roots, holdsShipped) {
			embedded = false
		}
		parts = append(parts, rego.ParsedBundle(path, loaded))
	}
	if embedded {
		shipped, err := shippedPolicies()
		if err != nil {
			return nil, fmt.Errorf("reading the embedded policies: %w", err)
		}
		parts = append(parts, rego.ParsedBundle("transportcert", shipped))
	}
	custom, err := loadCustom(o.policies)
	if err != nil {
		return nil, err
	}
	return append(parts, custom...), nil
}

// holdsShipped reports whether a root of a bundle has room for the shipped
// rules, so that the bundle stands in place of the embedded policies.
func holdsShipped(root string) bool {
	return root == "" || root == shippedRoot || strings.HasPrefix(shippedRoot, strings.Trim(root, "/")+"/")
}

// shippedPolicies returns the embedded policies without their tests.
func shippedPolicies() (*bundle.Bundle, error) {
	files, err := bundle.NewFSLoader(policies.FS)
	if err != nil {
		return nil, err
	}
	shipped, err := bundle.NewCustomReader(files.WithFilter(isTest)).WithProcessAnnotations(true).Read()
	return &shipped, err
}

func isTest(path string, _ fs.FileInfo, _ int) bool { return strings.HasSuffix(path, "_test.rego") }

// loadBundle reads a bundle, and verifies it where there is a key.
func loadBundle(path, verificationKey string) (*bundle.Bundle, error) {
	files := loader.NewFileLoader().
		WithFilter(isTest).
		WithProcessAnnotation(true).
		WithCapabilities(capabilities())
	if verificationKey != "" {
		key, err := readVerificationKey(verificationKey)
		if err != nil {
			return nil, err
		}
		const id = "verification-key"
		files = files.WithBundleVerificationConfig(
			bundle.NewVerificationConfig(map[string]*bundle.KeyConfig{id: key}, id, "", nil))
	}
	loaded, err := files.AsBundle(path)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle %s: %w", path, err)
	}
	return loaded, nil
}

// readVerificationKey reads a public key and tells the signature algorithm
// from its kind.
func readVerificationKey(path string) (*bundle.KeyConfig, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the verification key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("reading the verification key %s: expected PEM with a public key", path)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the verification key %s: expected a PKIX public key: %w", path, err)
	}
	algorithm := ""
	switch key := key.(type) {
	case *rsa.PublicKey:
		algorithm = "RS256"
	case *ecdsa.PublicKey:
		algorithm = map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[key.Curve.Params().BitSize]
	}
	if algorithm == "" {
		return nil, fmt.Errorf("reading the verification key %s: expected an RSA or ECDSA key (P-256, P-384, P-521), found %T", path, key)
	}
	return &bundle.KeyConfig{Key: string(text), Algorithm: algorithm}, nil
}

// loadCustom reads an organisation's own Rego and data.
func loadCustom(paths []string) ([]func(*rego.Rego), error) {
	if len(paths) == 0 {
		return nil, nil
	}
	loaded, err := loader.NewFileLoader().WithProcessAnnotation(true).Filtered(paths, isTest)
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	var parts []func(*rego.Rego)
	var wrong []error
	for name, module := range loaded.Modules {
		if path := module.Parsed.Package.Path.String(); path != customPackage && !strings.HasPrefix(path, customPackage+".") {
			wrong = append(wrong, fmt.Errorf("%s: expected package transportcert.custom, found %s", name, module.Parsed.Package))
		}
		parts = append(parts, rego.ParsedModule(module.Parsed))
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if len(loaded.Documents) > 0 {
		parts = append(parts, rego.Data(loaded.Documents))
	}
	return parts, nil
}
