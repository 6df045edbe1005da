// Package bundles reads, builds, signs, pushes and pulls OPA bundles of the
// policies.
package bundles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/loader/filter"

	"github.com/transportcert/transportcert/policies"
)

// CustomPackage is the package of an organization's own Rego.
const CustomPackage = "data.transportcert.custom"

// Hooks are the rules in it that the shipped rules read.
var Hooks = []string{"ineligible", "findings", "config"}

// customData are the names below data.transportcert that an organization's own
// data can use: those that the shipped rules read but do not define.
var customData = []string{"custom", "waivers"}

// Shipped returns the embedded policies without their tests.
func Shipped() (*bundle.Bundle, error) { return embedded(isTest, true) }

// notForDecision are the folders of the embedded policies that the decision
// does not depend on.
var notForDecision = []string{"compliance", "conftest", "forecast", "plan", "whatif"}

// ShippedDecision returns the part of the embedded policies that the decision
// needs, without METADATA. It compiles in a fraction of the time of the whole.
func ShippedDecision() (*bundle.Bundle, error) {
	return embedded(func(path string, info fs.FileInfo, depth int) bool {
		folder, file, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/"), "transportcert/"), "/")
		// Remedies use the thresholds.
		return isTest(path, info, depth) || !info.IsDir() && slices.Contains(notForDecision, folder) && file != "config.rego"
	}, false)
}

func embedded(leaveOut filter.LoaderFilter, metadata bool) (*bundle.Bundle, error) {
	files, err := bundle.NewFSLoader(policies.FS)
	if err != nil {
		return nil, fmt.Errorf("reading the embedded policies: %w", err)
	}
	shipped, err := bundle.NewCustomReader(files.WithFilter(leaveOut)).WithProcessAnnotations(metadata).Read()
	if err != nil {
		return nil, fmt.Errorf("reading the embedded policies: %w", err)
	}
	return &shipped, nil
}

func isTest(path string, _ fs.FileInfo, _ int) bool { return strings.HasSuffix(path, "_test.rego") }

// Custom reads an organization's own Rego and data as a bundle: from a folder,
// the files that OPA reads from a bundle's folder (*.rego without tests,
// data.json, data.yaml), and single files of any name. The package
// transportcert.custom and those below it are allowed, and data there and in
// transportcert.waivers. Anything else would change the shipped rules instead
// of extending them, so it is an error that names each occurrence. A path that
// contains nothing is an error too.
func Custom(paths []string) (*bundle.Bundle, error) {
	loaded, err := load(paths, isNoPolicy)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if found, err := loader.FilteredPaths([]string{path}, isNoPolicy); err == nil && len(found) == 0 {
			return nil, fmt.Errorf("%s: expected Rego (*.rego) or data (data.json, data.yaml), found none", path)
		}
	}
	roots := places(loaded.Documents)
	custom := &bundle.Bundle{Manifest: bundle.Manifest{Roots: &roots}, Data: loaded.Documents}
	var wrong []error
	for _, root := range roots {
		if name, ok := strings.CutPrefix(root, "transportcert/"); !ok || !slices.Contains(customData, name) {
			wrong = append(wrong, fmt.Errorf("data in %s: expected data.transportcert.custom or data.transportcert.waivers, found data.%s",
				strings.Join(paths, ", "), strings.ReplaceAll(root, "/", ".")))
		}
	}
	if custom.Modules, err = modules(loaded, paths); err != nil {
		return nil, err
	}
	for _, module := range custom.Modules {
		custom.Manifest.AddRoot("transportcert/custom")
		if !IsBelow(module.Parsed.Package, CustomPackage) {
			wrong = append(wrong, fmt.Errorf("%s: expected package transportcert.custom, found %s", module.Path, module.Parsed.Package))
		}
	}
	return custom, errors.Join(wrong...)
}

// Tests reads the tests (*_test.rego) of an organization's own Rego. Their
// packages are transportcert.custom, transportcert.custom_test and those below.
func Tests(paths []string) ([]bundle.ModuleFile, error) {
	loaded, err := load(paths, func(path string, info fs.FileInfo, depth int) bool {
		return !info.IsDir() && !isTest(path, info, depth)
	})
	if err != nil {
		return nil, err
	}
	tests, err := modules(loaded, paths)
	if err != nil {
		return nil, err
	}
	var wrong []error
	for _, test := range tests {
		if !IsBelow(test.Parsed.Package, CustomPackage) && !IsBelow(test.Parsed.Package, CustomPackage+"_test") {
			wrong = append(wrong, fmt.Errorf("%s: expected package transportcert.custom_test, found %s", test.Path, test.Parsed.Package))
		}
	}
	return tests, errors.Join(wrong...)
}

// load reads Rego and data from files and folders.
func load(paths []string, leaveOut filter.LoaderFilter) (*loader.Result, error) {
	for _, path := range paths {
		if strings.HasSuffix(path, ".tar.gz") {
			return nil, fmt.Errorf("reading policies: %s: expected Rego or data, found a bundle", path)
		}
		if err := inspect(path, leaveOut); err != nil {
			return nil, fmt.Errorf("reading policies: %w", err)
		}
	}
	loaded, err := loader.NewFileLoader().
		WithProcessAnnotation(true).
		WithCapabilities(Capabilities()).
		Filtered(paths, leaveOut)
	if all := (loader.Errors)(nil); errors.As(err, &all) {
		for i, one := range all {
			if errors.Is(one, io.ErrUnexpectedEOF) {
				all[i] = fmt.Errorf("%s: the text ends too early: expected the rest of the JSON", strings.TrimSuffix(one.Error(), ": unexpected EOF"))
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	return loaded, nil
}

// modules returns the Rego that was loaded from the paths, by name.
func modules(loaded *loader.Result, paths []string) ([]bundle.ModuleFile, error) {
	var all []bundle.ModuleFile
	for _, key := range slices.Sorted(maps.Keys(loaded.Modules)) {
		module := loaded.Modules[key]
		all = append(all, bundle.ModuleFile{
			URL: "transportcert/custom/" + below(paths, module.Name), Path: module.Name, Raw: module.Raw, Parsed: module.Parsed,
		})
	}
	withoutSchemas(all)
	return all, nesting(all)
}

// IsBelow reports whether a package is the named one or below it.
func IsBelow(module *ast.Package, name string) bool {
	path := module.Path.String()
	return path == name || strings.HasPrefix(path, name+".")
}

// below returns the name of a file relative to the path that it was found in,
// so that a bundle does not depend on the location of the path.
func below(paths []string, name string) string {
	for _, path := range paths {
		_, path = loader.SplitPrefix(path)
		if inside, err := filepath.Rel(path, name); err == nil && inside != "." && filepath.IsLocal(inside) {
			return filepath.ToSlash(inside)
		}
	}
	return filepath.Base(name)
}

// isNoPolicy excludes the files that OPA would not read from a bundle's folder.
func isNoPolicy(path string, info fs.FileInfo, depth int) bool {
	name := filepath.Base(path)
	known := strings.HasSuffix(name, bundle.RegoExt) || name == "data.json" || bundle.IsYAMLDataFile(name)
	return !info.IsDir() && (isTest(path, info, depth) || depth > 0 && !known)
}

// places returns the locations of data, two names deep, sorted.
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

// Read reads a bundle from a file or a folder, without the tests of an unsigned
// one. With the path of a verification key, it rejects a bundle that is not
// signed with the corresponding key. Without one, it rejects a signed bundle.
func Read(path, verificationKey string) (*bundle.Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	if !info.IsDir() {
		data, err := ReadFile(path)
		if err != nil {
			return nil, err
		}
		return ReadData(path, data, verificationKey)
	}
	if err := inspect(path, func(string, fs.FileInfo, int) bool { return false }); err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	return read(path, bundle.NewDirectoryLoader(path), verificationKey)
}

// ReadData is like Read for data from a registry. An error refers to it by the
// name.
func ReadData(name string, data []byte, verificationKey string) (*bundle.Bundle, error) {
	return read(name, bundle.NewTarballLoaderWithBaseURL(bytes.NewReader(data), name), verificationKey)
}

// ErrSigned is the error for a signed bundle without a key to verify it.
var ErrSigned = errors.New("it is signed, and there is no key to verify it with")

func read(path string, files bundle.DirectoryLoader, verificationKey string) (*bundle.Bundle, error) {
	reader := bundle.NewCustomReader(files)
	if verificationKey != "" {
		key, err := ReadVerificationKey(verificationKey)
		if err != nil {
			return nil, err
		}
		reader.WithBundleVerificationConfig(key)
	} else { // a signature covers every file, including tests, by its name in the bundle
		files.WithFilter(isTest)
		reader.WithBaseDir(path)
	}
	read, err := reader.WithProcessAnnotations(true).WithCapabilities(Capabilities()).Read()
	if err != nil && verificationKey == "" && strings.HasSuffix(err.Error(), "verification key not provided") { // OPA's error has no type
		err = ErrSigned
	}
	if err != nil {
		return nil, fmt.Errorf("reading the bundle %s: %w", path, err)
	}
	if err := nesting(read.Modules); err != nil {
		return nil, fmt.Errorf("reading the bundle %s: %w", path, err)
	}
	withoutSchemas(read.Modules)
	return &read, nil
}
