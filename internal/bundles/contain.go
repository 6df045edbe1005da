package bundles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/loader/filter"

	"github.com/transportcert/transportcert/internal/bounded"
)

// CompileDeadline limits the time to read policies, and the time to compile
// them.
const CompileDeadline = 30 * time.Second

// forbidden are the built-in functions that no policy may use, whoever wrote
// it, and why. They were found in the source of OPA 1.22.3 and by experiment:
// those that reach outside the evaluation, and those that can run forever,
// ignoring the deadline, in one call with small arguments.
var forbidden = map[string]string{
	"bits.lsh":                 "one call can allocate more memory than there is",
	"glob.match":               "nested braces in the pattern overflow the stack; regex.match does the same",
	"graph.reachable":          "its time grows exponentially with the graph",
	"graph.reachable_paths":    "its result grows exponentially with the graph",
	"graphql.is_valid":         "nested braces in the text overflow the stack",
	"graphql.parse":            "nested braces in the text overflow the stack",
	"graphql.parse_and_verify": "nested braces in the text overflow the stack",
	"graphql.parse_query":      "nested braces in the text overflow the stack",
	"graphql.parse_schema":     "nested braces in the text overflow the stack",
	"graphql.schema_is_valid":  "nested braces in the text overflow the stack",
	"http.send":                "it reaches the network",
	"json.match_schema":        "a $ref in the schema reads files",
	"json.patch":               "it nests values deep enough to overflow the stack",
	"json.verify_schema":       "a $ref in the schema reads files",
	"net.cidr_expand":          "its result can have 2^128 addresses",
	"net.lookup_ip_addr":       "it reaches the network",
	"opa.runtime":              "it reads the environment",
	"rego.parse_module":        "nested brackets in the text use all memory",
	"strings.render_template":  "a loop in the template ignores the deadline",
	"trace":                    "it writes to a trace that nobody reads",
}

// Capabilities returns what policies may use: OPA's capabilities without the
// network, the environment, files, and the built-in functions of unbounded
// cost.
func Capabilities() *ast.Capabilities {
	allowed := ast.CapabilitiesForThisVersion()
	allowed.AllowNet = []string{}
	var builtins []*ast.Builtin
	for _, builtin := range allowed.Builtins {
		if forbidden[builtin.Name] == "" {
			builtins = append(builtins, builtin)
		}
	}
	allowed.Builtins = builtins
	return allowed
}

// Bounded reads other people's policies within the limits of time and memory.
// If read does not end in time, it continues in the background and its result
// is discarded.
func Bounded[T any](ctx context.Context, read func() (T, error)) (T, error) {
	var done atomic.Bool
	value, err := bounded.Within(ctx, CompileDeadline, func(context.Context) (T, error) {
		defer done.Store(true)
		return read()
	})
	if err != nil && !done.Load() {
		err = fmt.Errorf("reading the policies: %w", err)
	}
	return value, err
}

// Explain adds to an OPA error about an undefined function the reason why
// policies may not use it.
func Explain(err error) error {
	if all := (ast.Errors)(nil); errors.As(err, &all) {
		for _, one := range all {
			name, _ := strings.CutPrefix(one.Message, "undefined function ")
			if reason := forbidden[name]; reason != "" {
				one.Message += ", which policies may not use: " + reason
			}
		}
	}
	return err
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// WrongIDs returns what is wrong with the ids in an organization's METADATA. An
// id of a shipped rule would describe that rule in every report.
func WrongIDs(module *ast.Module) ast.Errors {
	var wrong ast.Errors
	for _, annotations := range module.Annotations {
		given, ok := annotations.Custom["id"]
		id, _ := given.(string)
		if ok && (!identifier.MatchString(id) || strings.HasPrefix(strings.ToUpper(id), "TC")) {
			wrong = append(wrong, ast.NewError("metadata_error", annotations.Location,
				"METADATA: custom.id: expected letters, digits, _ and -, not beginning with TC, found %q", fmt.Sprint(given)))
		}
	}
	return wrong
}

// withoutSchemas removes the schemas from the METADATA of other people's
// policies: when OPA checks types, a $ref in a schema reads files.
func withoutSchemas(modules []bundle.ModuleFile) {
	for _, module := range modules {
		for _, annotations := range module.Parsed.Annotations {
			annotations.Schemas = nil
		}
	}
}

// inspect walks a file or a folder before OPA reads it, because OPA would
// follow links and read files that are endless or larger than memory. Files
// that leaveOut excludes are not checked.
func inspect(path string, leaveOut filter.LoaderFilter) error {
	_, path = loader.SplitPrefix(path)
	target, err := filepath.EvalSymlinks(path) // the path itself may be a link
	if err != nil {
		return err
	}
	var read budget
	return filepath.WalkDir(target, func(found string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, _ := filepath.Rel(target, found)
		name, depth := path, 0
		if below != "." {
			name, depth = filepath.Join(path, below), 1
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s: expected a file or a folder, found a link", name)
		}
		info, err := entry.Info()
		if err != nil || leaveOut(name, info, depth) || info.IsDir() {
			return err
		}
		if err := plainName(below); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: expected a file or a folder", name)
		}
		if err := read.size(name, info.Size()); err != nil || strings.HasSuffix(name, bundle.RegoExt) {
			return inside(path, err)
		}
		text, err := os.ReadFile(found)
		if err != nil {
			return err
		}
		return inside(path, read.values(name, text))
	})
}

// inside returns the location of an error that is about all files of a folder.
func inside(path string, err error) error {
	if exceeded := (*limitError)(nil); errors.As(err, &exceeded) && exceeded.file == "" {
		return fmt.Errorf("%s: %w", path, err)
	}
	return err
}
