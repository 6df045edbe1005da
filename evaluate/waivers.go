package evaluate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"
	"go.yaml.in/yaml/v3"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/files"
)

const (
	maxWaivers      = 1 << 20 // bytes of a file of waivers
	maxWaiverFaults = 20      // listed in an error
)

// A waiverSource is a file of waivers; a nil system means the system's files.
type waiverSource struct {
	system fs.FS
	path   string
}

// A Waiver is a waiver from a file of WithWaivers.
type Waiver struct {
	At         string // FILE:LINE
	RuleID     string
	Server     string // empty: any
	Thumbprint string // empty: any
}

// Waivers returns the waivers from the files of WithWaivers, in order.
func (e *Evaluator) Waivers() []Waiver {
	b := e.loaded["waivers"]
	if b == nil {
		return nil
	}
	var all []Waiver
	for _, one := range b.Data["transportcert"].(map[string]any)["waivers"].([]any) { // the format of readWaivers
		text := func(field string) string { value, _ := one.(map[string]any)[field].(string); return value }
		all = append(all, Waiver{At: text("at"), RuleID: text("rule_id"), Server: text("server"), Thumbprint: text("thumbprint")})
	}
	return all
}

// readWaivers reads files of waivers as a bundle that contains them in
// data.transportcert.waivers, each with its location. JSON is read as YAML,
// which includes it.
func readWaivers(files []waiverSource) (*bundle.Bundle, error) {
	all := []any{}
	for _, file := range files {
		root, err := readYAML(file.system, file.path)
		if err != nil {
			return nil, fmt.Errorf("reading waivers: %s: %w", file.path, err)
		}
		f := waiverFaults{path: file.path}
		waivers := f.waivers(root)
		if len(f.faults) > 0 {
			return nil, fmt.Errorf("reading waivers: %w", f.err())
		}
		all = append(all, waivers...)
	}
	return &bundle.Bundle{
		Manifest: bundle.Manifest{Roots: &[]string{"transportcert/waivers"}},
		Data:     map[string]any{"transportcert": map[string]any{"waivers": all}},
	}, nil
}

// waiversIn returns which policies contain waivers, so that reports can tell
// readers who do not know the policies. It rejects waivers in two places.
func (o *options) waiversIn(loaded map[string]*bundle.Bundle) string {
	for name, b := range loaded {
		data, _ := b.Data["transportcert"].(map[string]any)
		if _, found := data["waivers"]; !found || name == "waivers" {
			continue
		}
		if path, isBundle := strings.CutPrefix(name, "bundle "); isBundle {
			return path
		}
		return strings.Join(o.policies, ", ")
	}
	return ""
}

func readYAML(system fs.FS, path string) (*yaml.Node, error) {
	file, err := files.In(system).Open(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the caller adds the path
	}
	defer file.Close()
	text, err := files.ReadAll(file, maxWaivers)
	if err != nil {
		return nil, err
	}
	var document, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	err = decoder.Decode(&document)
	if err == nil && decoder.Decode(&more) != io.EOF {
		err = errors.New("expected one YAML document")
	}
	switch {
	case errors.Is(err, io.EOF), err == nil && len(document.Content) == 0:
		return nil, errors.New("expected an array of waivers, found nothing")
	case err != nil && endsEarly(text, err):
		return nil, fmt.Errorf("byte %d: the text ends too early: expected the rest of the JSON or YAML", len(text))
	case err != nil:
		return nil, fmt.Errorf("expected JSON or YAML: %w", err)
	}
	return document.Content[0], nil
}

// endsEarly reports whether text would be JSON, or YAML, if it went on.
func endsEarly(text []byte, err error) bool {
	var value any
	return errors.Is(json.NewDecoder(bytes.NewReader(text)).Decode(&value), io.ErrUnexpectedEOF) ||
		strings.HasSuffix(err.Error(), "found unexpected end of stream")
}

// waiverFaults collects what is wrong with a file of waivers, with line
// numbers.
type waiverFaults struct {
	path   string
	faults []string
}

func (f *waiverFaults) add(at *yaml.Node, path, expected string) {
	f.faults = append(f.faults, fmt.Sprintf("line %d: %s: %s", at.Line, cmp.Or(path, "the file"), expected))
}

func (f *waiverFaults) err() error {
	lines := slices.Clone(f.faults)
	if len(lines) > maxWaiverFaults {
		lines = append(lines[:maxWaiverFaults], fmt.Sprintf("and %d more", len(f.faults)-maxWaiverFaults))
	}
	return fmt.Errorf("%s: %s", f.path, strings.Join(lines, "\n  "))
}

func (f *waiverFaults) waivers(root *yaml.Node) []any {
	path := ""
	if root.Kind == yaml.MappingNode {
		fields := f.fields(root, path, []string{"waivers"})
		if root, path = fields["waivers"], "waivers"; root == nil {
			if len(f.faults) == 0 {
				f.faults = append(f.faults, "expected an array of waivers, or an object with one in waivers")
			}
			return nil
		}
	}
	if root.Kind != yaml.SequenceNode {
		f.add(root, path, "expected an array of waivers")
		return nil
	}
	waivers := make([]any, len(root.Content))
	for i, node := range root.Content {
		waivers[i] = f.waiver(node, fmt.Sprintf("%s[%d]", path, i))
	}
	return waivers
}

// A waiverField is a key of a waiver.
type waiverField struct {
	name     string
	optional bool
	expected string
	right    func(text string) bool // checks a value that is not empty
}

var waiverFields = []waiverField{
	{"rule_id", false, "the id of a rule other than TC090 to TC099, which cannot be waived",
		func(text string) bool { return !aboutThePolicies.MatchString(text) }},
	{"server", true, aText, func(string) bool { return true }},
	{"thumbprint", true, "a thumbprint, 40 hex digits", hexDigits.MatchString},
	{"reason", false, aText, func(string) bool { return true }},
	{"expires", false, "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
		func(text string) bool { return isDay(text) || gather.IsTime(text) }},
}

const aText = "a non-empty string"

var (
	aboutThePolicies = regexp.MustCompile(`^TC09[0-9]$`)
	hexDigits        = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)
)

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

func (f *waiverFaults) waiver(node *yaml.Node, path string) map[string]any {
	if node.Kind != yaml.MappingNode {
		f.add(node, path, "expected a waiver (an object)")
		return nil
	}
	var names []string
	for _, field := range waiverFields {
		names = append(names, field.name)
	}
	given := f.fields(node, path, names)
	waiver := map[string]any{"at": fmt.Sprintf("%s:%d", f.path, node.Line)}
	for _, field := range waiverFields {
		if value := given[field.name]; value != nil {
			waiver[field.name] = f.text(value, path+"."+field.name, field)
		} else if !field.optional {
			f.add(node, path+"."+field.name, "missing: expected "+field.expected)
		}
	}
	if given["server"] == nil && given["thumbprint"] == nil {
		f.add(node, path, "expected server or thumbprint, or both")
	}
	return waiver
}

// text returns a scalar as written, whatever its YAML type: a thumbprint can
// look like a number, and a date is a timestamp.
func (f *waiverFaults) text(node *yaml.Node, path string, field waiverField) string {
	found := "none"
	if node.Kind == yaml.ScalarNode {
		found = fmt.Sprintf("%.60q", node.Value)
		if node.ShortTag() != "!!null" && strings.TrimSpace(node.Value) != "" && field.right(node.Value) {
			return node.Value
		}
	}
	f.add(node, path, "expected "+field.expected+", found "+found)
	return ""
}

// fields returns the values of an object by key. Each key must be known and
// unique.
func (f *waiverFaults) fields(node *yaml.Node, path string, known []string) map[string]*yaml.Node {
	fields := map[string]*yaml.Node{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := strings.TrimPrefix(fmt.Sprintf("%s.%.60s", path, key.Value), ".")
		switch {
		case !slices.Contains(known, key.Value):
			f.add(key, at, "unknown key: expected "+strings.Join(known, ", "))
		case fields[key.Value] != nil:
			f.add(key, at, "the key occurs twice")
		default:
			fields[key.Value] = value
		}
	}
	return fields
}
