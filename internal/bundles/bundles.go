// Package bundles reads, builds, signs and moves OPA bundles of the policies.
package bundles

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader"

	"github.com/transportcert/transportcert/policies"
)

// customPackage is the package below which an organisation's own Rego lives.
const customPackage = "data.transportcert.custom"

// openToData are the names below data.transportcert that an organisation's own
// data can have: those that the shipped rules read and do not define.
var openToData = []string{"custom", "waivers"}

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

// Capabilities returns what policies may use: OPA's own without the network,
// the environment and the built-in functions whose cost nothing bounds.
func Capabilities() *ast.Capabilities {
	allowed := ast.CapabilitiesForThisVersion()
	allowed.AllowNet = []string{}
	allowed.Builtins = slices.DeleteFunc(allowed.Builtins, func(builtin *ast.Builtin) bool {
		return slices.Contains(forbidden, builtin.Name)
	})
	return allowed
}

// Shipped returns the embedded policies without their tests.
func Shipped() (*bundle.Bundle, error) {
	files, err := bundle.NewFSLoader(policies.FS)
	if err != nil {
		return nil, fmt.Errorf("reading the embedded policies: %w", err)
	}
	shipped, err := bundle.NewCustomReader(files.WithFilter(isTest)).WithProcessAnnotations(true).Read()
	if err != nil {
		return nil, fmt.Errorf("reading the embedded policies: %w", err)
	}
	return &shipped, nil
}

func isTest(path string, _ fs.FileInfo, _ int) bool { return strings.HasSuffix(path, "_test.rego") }

// Custom reads an organisation's own Rego and data as a bundle: of a folder
// what OPA reads of a bundle's folder (*.rego without tests, data.json,
// data.yaml), and files whatever they are called. Packages other than
// transportcert.custom and those below it, and data anywhere but there and in
// transportcert.waivers, are an error that names each: they would not extend
// the shipped rules but change them. So is a path with nothing in it.
func Custom(paths []string) (*bundle.Bundle, error) {
	for _, path := range paths {
		if found, err := loader.FilteredPaths([]string{path}, isNoPolicy); err == nil && len(found) == 0 {
			return nil, fmt.Errorf("%s: expected Rego (*.rego) or data (data.json, data.yaml), found none", path)
		}
	}
	loaded, err := loader.NewFileLoader().
		WithProcessAnnotation(true).
		WithCapabilities(Capabilities()).
		Filtered(paths, isNoPolicy)
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	roots := places(loaded.Documents)
	custom := &bundle.Bundle{Manifest: bundle.Manifest{Roots: &roots}, Data: loaded.Documents}
	var wrong []error
	for _, root := range roots {
		if name, ok := strings.CutPrefix(root, "transportcert/"); !ok || !slices.Contains(openToData, name) {
			wrong = append(wrong, fmt.Errorf("data in %s: expected data.transportcert.custom or data.transportcert.waivers, found data.%s",
				strings.Join(paths, ", "), strings.ReplaceAll(root, "/", ".")))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(loaded.Modules)) {
		module := loaded.Modules[key]
		if path := module.Parsed.Package.Path.String(); path != customPackage && !strings.HasPrefix(path, customPackage+".") {
			wrong = append(wrong, fmt.Errorf("%s: expected package transportcert.custom, found %s", module.Name, module.Parsed.Package))
		}
		custom.Manifest.AddRoot("transportcert/custom")
		custom.Modules = append(custom.Modules, bundle.ModuleFile{
			URL: "transportcert/custom/" + below(paths, module.Name), Path: module.Name, Raw: module.Raw, Parsed: module.Parsed,
		})
	}
	return custom, errors.Join(wrong...)
}

// below returns the name of a file as seen from the path that led to it, so
// that a bundle does not depend on where the path is.
func below(paths []string, name string) string {
	for _, path := range paths {
		_, path = loader.SplitPrefix(path)
		if inside, err := filepath.Rel(path, name); err == nil && inside != "." && filepath.IsLocal(inside) {
			return filepath.ToSlash(inside)
		}
	}
	return filepath.Base(name)
}

// isNoPolicy leaves out what OPA would not read of a bundle's folder.
func isNoPolicy(path string, info fs.FileInfo, depth int) bool {
	name := filepath.Base(path)
	known := strings.HasSuffix(name, bundle.RegoExt) || name == "data.json" || bundle.IsYAMLDataFile(name)
	return !info.IsDir() && (isTest(path, info, depth) || depth > 0 && !known)
}

// places returns where data is, two names deep, sorted.
func places(data map[string]any) []string {
	var found []string
	for _, outer := range slices.Sorted(maps.Keys(data)) {
		object, ok := data[outer].(map[string]any)
		if !ok || len(object) == 0 {
			found = append(found, outer)
		}
		for _, inner := range slices.Sorted(maps.Keys(object)) {
			found = append(found, outer+"/"+inner)
		}
	}
	return found
}

// Read reads a bundle, a file or a folder; of an unsigned one, not its tests.
// Where there is the path of a verification key, a bundle that is not signed
// with it is an error; so is a signed bundle where there is no key.
func Read(path, verificationKey string) (*bundle.Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	files := bundle.NewDirectoryLoader(path)
	if !info.IsDir() {
		data, err := ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = bundle.NewTarballLoaderWithBaseURL(bytes.NewReader(data), path)
	}
	reader := bundle.NewCustomReader(files)
	if verificationKey != "" {
		key, err := ReadVerificationKey(verificationKey)
		if err != nil {
			return nil, err
		}
		reader.WithBundleVerificationConfig(key)
	} else { // a signature is over every file, tests too, by its name in the bundle
		files.WithFilter(isTest)
		reader.WithBaseDir(path)
	}
	read, err := reader.WithProcessAnnotations(true).WithCapabilities(Capabilities()).Read()
	if err != nil {
		return nil, fmt.Errorf("reading the bundle %s: %w", path, err)
	}
	return &read, nil
}
