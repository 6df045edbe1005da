package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// consistent checks, before anything uses it, what other people's policies
// decided for a document: each field matches its Go type, null occurs only
// where that is a pointer, and whatever names a certificate or a connector
// names one in the document. text is JSON for a value of the type that answer
// points to. Input errors are returned as an error.
func consistent(text []byte, answer any, document *gather.Document) error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	object, _ := value.(map[string]any)
	if decision, ok := object["decision"]; ok {
		if object, ok = decision.(map[string]any); !ok {
			return expected("the policies' answer: decision", "an object", decision)
		}
	}
	if errs, _ := object["input_errors"].([]any); len(errs) > 0 {
		texts := make([]string, len(errs))
		for i, one := range errs {
			texts[i] = fmt.Sprint(one)
		}
		return errors.New(strings.Join(texts, "; "))
	}
	c := checker{document: document, certificates: map[string]bool{}, connectors: map[string]bool{}}
	for _, certificate := range document.Certificates {
		c.certificates[certificate.Thumbprint] = true
	}
	for _, connector := range document.Connectors {
		c.connectors[connector.Name] = true
	}
	for _, connector := range document.SendConnectors {
		c.connectors[connector.Name] = true
	}
	if err := c.value("", value, reflect.TypeOf(answer)); err != nil {
		return fmt.Errorf("the policies' answer: %w", err)
	}
	return nil
}

type checker struct {
	document     *gather.Document
	certificates map[string]bool // of the document, by thumbprint
	connectors   map[string]bool // by name
}

// value checks a value against a Go type, and its objects against the document.
func (c *checker) value(path string, value any, t reflect.Type) error {
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return nil
	case reflect.TypeFor[Reason]():
		if _, ok := value.(string); ok {
			return nil
		}
		t = reflect.TypeFor[int]()
	}
	if t.Kind() == reflect.Pointer {
		if value == nil {
			return nil
		}
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		object, ok := value.(map[string]any)
		if !ok {
			return expected(path, "an object", value)
		}
		return c.object(path, object, t)
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			return expected(path, "an array", value)
		}
		for i, item := range list {
			if err := c.value(fmt.Sprintf("%s[%d]", path, i), item, t.Elem()); err != nil {
				return err
			}
		}
	case reflect.Map:
		object, ok := value.(map[string]any)
		if !ok {
			return expected(path, "an object", value)
		}
		for _, key := range sorted(object) {
			if err := c.value(below(path, key), object[key], t.Elem()); err != nil {
				return err
			}
		}
	case reflect.String:
		if _, ok := value.(string); !ok {
			return expected(path, "a string", value)
		}
	case reflect.Interface: // the value of any field
		switch value.(type) {
		case nil, string, bool:
		default:
			return expected(path, "a string, true, false or null", value)
		}
	case reflect.Bool:
		if _, ok := value.(bool); !ok {
			return expected(path, "true or false", value)
		}
	default:
		if number, ok := value.(float64); !ok || number != float64(int64(number)) {
			return expected(path, "a whole number", value)
		}
	}
	return nil
}

func (c *checker) object(path string, object map[string]any, t reflect.Type) error {
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		value, ok := object[name]
		if !ok {
			if options == "omitempty" || field.Type.Kind() == reflect.Pointer {
				continue
			}
			return fmt.Errorf("%s: expected a value, found none", below(path, name))
		}
		err := c.value(below(path, name), value, field.Type)
		isOurs := t != reflect.TypeFor[Finding]() || name == "severity" // findings can have other fields
		if err == nil && references[name] != nil && isOurs {
			err = references[name](c, below(path, name), value)
		}
		if err != nil {
			return err
		}
	}
	for _, rule := range agreements {
		if err := rule(c, path, object); err != nil {
			return err
		}
	}
	return nil
}

// references are the fields, in any object, that refer to the document or have
// a fixed set of values.
var references = map[string]func(c *checker, path string, value any) error{
	"server":           (*checker).ofServer,
	"certificate":      (*checker).inStore,
	"best":             (*checker).inStore,
	"eligible":         (*checker).inStore,
	"ineligible":       (*checker).inStore,
	"connector":        (*checker).connector,
	"connectors":       (*checker).sameConnectors,
	"severity":         oneOf("error", "warning", "info"),
	"phase":            oneOf("session", "startup"),
	"procedure":        oneOf("2007", "2010", "2016"),
	"best_kind":        oneOf("pki", "self_signed"),
	"certificate_kind": oneOf("pki", "self_signed", "expired_pki"),
	"by":               oneOf("tls_certificate_name", "fqdn", "physical_fqdn"),
	"role":             oneOf("mailbox", "edge", "other"),
}

func (c *checker) ofServer(path string, value any) error {
	if value != c.document.Server {
		return expected(path, fmt.Sprintf("%q", c.document.Server), value)
	}
	return nil
}

// inStore checks a thumbprint, a list of thumbprints, or an object with
// thumbprints as keys.
func (c *checker) inStore(path string, value any) error {
	var thumbprints []string
	switch value := value.(type) {
	case string:
		thumbprints = []string{value}
	case []any:
		for _, item := range value {
			thumbprints = append(thumbprints, item.(string))
		}
	case map[string]any:
		thumbprints = sorted(value)
	}
	seen := map[string]bool{}
	for _, thumbprint := range thumbprints {
		if !c.certificates[thumbprint] {
			return expected(path, "the thumbprint of a certificate of the document", thumbprint)
		}
		if seen[thumbprint] {
			return expected(path, "each certificate once", thumbprint)
		}
		seen[thumbprint] = true
	}
	return nil
}

func (c *checker) connector(path string, value any) error {
	if name, ok := value.(string); ok && !c.connectors[name] {
		return expected(path, "a connector of the document", name)
	}
	return nil
}

func (c *checker) sameConnectors(path string, value any) error {
	connectors := value.([]any)
	if len(connectors) != len(c.document.Connectors) {
		return fmt.Errorf("%s: expected the %d connectors of the document, found %d", path, len(c.document.Connectors), len(connectors))
	}
	for i, connector := range connectors {
		object, _ := connector.(map[string]any)
		if object["name"] != c.document.Connectors[i].Name {
			return expected(fmt.Sprintf("%s[%d].name", path, i), fmt.Sprintf("%q", c.document.Connectors[i].Name), object["name"])
		}
	}
	return nil
}

func oneOf(words ...string) func(*checker, string, any) error {
	return func(_ *checker, path string, value any) error {
		if word, ok := value.(string); ok && !slices.Contains(words, word) {
			return expected(path, "one of "+strings.Join(words, ", "), word)
		}
		return nil
	}
}

// agreements check that the fields of an object are consistent with each other.
var agreements = []func(c *checker, path string, object map[string]any) error{
	func(_ *checker, path string, object map[string]any) error { // a connector or route
		for _, name := range []string{"advertise_x_anonymoustls", "advertise_starttls", "uses_anonymous_tls"} {
			if offered, ok := object[name].(bool); ok && (offered != (object["certificate"] != nil) || offered != (object["stopped_at"] == nil)) {
				return fmt.Errorf("%s: expected a certificate and no stopped_at if it is true, and the opposite if it is false", below(path, name))
			}
		}
		return nil
	},
	both("certificate", "expired"),
	both("certificate", "certificate_kind"),
	both("best", "best_kind"),
	func(_ *checker, path string, object map[string]any) error { // the scenario
		eligible, _ := object["eligible"].([]any)
		if best, ok := object["best"].(string); ok && !slices.Contains(eligible, any(best)) {
			return expected(below(path, "best"), "a certificate in eligible", best)
		}
		matches, ok := object["matches_best"].(bool)
		if ok && (object["best"] == nil || object["certificate"] == nil || matches != (object["best"] == object["certificate"])) {
			return expected(below(path, "matches_best"), "a value that agrees with best and certificate", matches)
		}
		return nil
	},
	func(c *checker, path string, object map[string]any) error { // every certificate of the store, or every matching one, is eligible or not
		eligible, _ := object["eligible"].([]any)
		ineligible, _ := object["ineligible"].(map[string]any)
		for _, thumbprint := range eligible {
			if text, _ := thumbprint.(string); ineligible[text] != nil {
				return expected(below(path, "ineligible"), "a certificate that is not in eligible", text)
			}
		}
		if _, all := object["domains"]; all && len(eligible)+len(ineligible) != len(c.certificates) {
			return fmt.Errorf("%s: expected every certificate of the document in eligible or ineligible", path)
		}
		return nil
	},
}

// both checks that two fields of an object are null together, if it has both.
func both(one, other string) func(*checker, string, map[string]any) error {
	return func(_ *checker, path string, object map[string]any) error {
		a, hasOne := object[one]
		b, hasOther := object[other]
		if hasOne && hasOther && (a == nil) != (b == nil) {
			return fmt.Errorf("%s: expected null if and only if %s is null", below(path, other), one)
		}
		return nil
	}
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func expected(path, what string, found any) error {
	text, _ := json.Marshal(found)
	if len(text) > 100 {
		text = append(text[:100:100], "..."...)
	}
	return fmt.Errorf("%s: expected %s, found %s", path, what, text)
}
