package bundles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/internal/bounded"
	"github.com/transportcert/transportcert/policies/schemas"
)

// Options says what a bundle contains in addition to the embedded policies.
type Options struct {
	Policies []string // an organization's own Rego and data: folders and files
	Data     []string // more data: JSON and YAML files
	Revision string   // empty: the SHA-256 of the content in hex digits
}

// Build returns an OPA bundle, a gzipped tar archive. The same content produces
// the same bytes. The bundle's roots are the shipped packages and those of the
// options, so that it can be loaded together with other bundles. A bundle that
// does not compile is an error.
func Build(ctx context.Context, options Options) ([]byte, error) {
	shipped, err := Shipped()
	if err != nil {
		return nil, err
	}
	custom, err := Bounded(ctx, func() (*bundle.Bundle, error) { return Custom(slices.Concat(options.Policies, options.Data)) })
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"schemas/input.json":    schemas.Input, // OPA ignores it
		"schemas/decision.json": schemas.Decision,
	}
	for _, module := range shipped.Modules {
		files[strings.TrimPrefix(module.Path, "/")] = module.Raw
	}
	for _, module := range custom.Modules {
		if files[module.URL] != nil {
			return nil, fmt.Errorf("%s: expected unique file names, found another %s", module.Path, module.URL)
		}
		files[module.URL] = module.Raw
	}
	if files["data.json"], err = json.Marshal(custom.Data); err != nil {
		return nil, fmt.Errorf("writing the data: %w", err)
	}
	manifest := shipped.Manifest
	roots := slices.Concat(*shipped.Manifest.Roots, *custom.Manifest.Roots)
	manifest.Roots = &roots
	if manifest.Revision = options.Revision; manifest.Revision == "" {
		manifest.Revision = digest(files)
	}
	if files[".manifest"], err = json.Marshal(manifest); err != nil {
		return nil, fmt.Errorf("writing the manifest: %w", err)
	}
	data, err := pack(files)
	if err != nil {
		return nil, err
	}
	return data, compile(ctx, data)
}

// digest returns the SHA-256 of the files' names, sizes and bytes.
func digest(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%q %d\n%s", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// compile checks that OPA can use a bundle.
func compile(ctx context.Context, data []byte) error {
	_, err := bounded.Within(ctx, CompileDeadline, func(ctx context.Context) (rego.PreparedEvalQuery, error) {
		read, err := bundle.NewReader(bytes.NewReader(data)).WithProcessAnnotations(true).Read()
		if err != nil {
			return rego.PreparedEvalQuery{}, err
		}
		withoutSchemas(read.Modules)
		return rego.New(rego.ParsedBundle("bundle", &read), rego.Query("data"), rego.Capabilities(Capabilities())).PrepareForEval(ctx)
	})
	if err != nil {
		return fmt.Errorf("compiling the policies: %w", Explain(err))
	}
	return nil
}
