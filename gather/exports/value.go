package exports

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/transportcert/transportcert/gather"
)

// A value is a typed value of a CLIXML file.
type value struct {
	kind   string  // the element's name: S, I32, B, BA, Nil, Obj, Ref, …
	name   string  // of the property
	text   string  // of a simple value
	object *object // of Obj and Ref
	line   int     // in the file; 0: from SerializationData
}

// An object is an <Obj> of a CLIXML file.
type object struct {
	types    []string // type names, the most derived first
	toString string
	props    []value // Props: its own properties
	members  []value // MS: properties that PowerShell added
	items    []value // LST, IE, STK, QUE
	entries  []value // DCT: objects with the properties Key and Value
	value    *value  // the value that it wraps: the number of an enumeration
}

// property returns the property with that name, preferring the object's own to
// an added one. Names are not case-sensitive, as in PowerShell.
func (o *object) property(name string) (value, bool) {
	for _, list := range [][]value{o.props, o.members} {
		if i := slices.IndexFunc(list, func(v value) bool { return strings.EqualFold(v.name, name) }); i >= 0 {
			return list[i], true
		}
	}
	return value{}, false
}

// known is like property, but treats null as absent.
func (o *object) known(name string) (value, bool) {
	v, ok := o.property(name)
	return v, ok && v.kind != "Nil"
}

// add adds a property from SerializationData, if it is absent or null.
func (o *object) add(kind, name, text string) {
	if _, ok := o.known(name); !ok {
		o.props = slices.Insert(o.props, 0, value{kind: kind, name: name, text: text})
	}
}

// string returns a property's text, or the ToString text of an object, or "" if
// the property is absent or null.
func (o *object) string(name string) string {
	v, _ := o.known(name)
	return v.string()
}

// is reports whether one of the object's types matches typeName (see
// path.Match). A remote session prefixes type names with Deserialized. and
// Select-Object with Selected., each as often as the object passes through one.
func (o *object) is(typeName string) bool {
	return slices.ContainsFunc(o.types, func(t string) bool {
		for trimmed := ""; trimmed != t; t = strings.TrimPrefix(strings.TrimPrefix(t, "Deserialized."), "Selected.") {
			trimmed = t
		}
		matches, _ := path.Match(typeName, t)
		return matches
	})
}

// A boolean is a property that is true or false, and the variable to set.
type boolean struct {
	name string
	into **bool
}

// booleans reads properties; nil for those that are absent or null.
func (o *object) booleans(all []boolean) error {
	for _, property := range all {
		if v, ok := o.known(property.name); ok {
			b, err := v.boolean()
			if err != nil {
				return err
			}
			*property.into = &b
		}
	}
	return nil
}

// elements returns the elements of a property that is a list, or its only
// value. It is nil if the property is absent or null, and not nil if the list
// is empty.
func (o *object) elements(name string) []value {
	v, ok := o.known(name)
	if !ok {
		return nil
	}
	if v.object == nil || v.object.toString != "" {
		return []value{v}
	}
	return append([]value{}, v.object.items...)
}

// texts returns the elements as strings.
func (o *object) texts(name string) []string { return texts(o.elements(name), value.string) }

// servers returns the elements as server names.
func (o *object) servers(name string) []string { return texts(o.elements(name), value.server) }

// server returns the server that an ADObjectId refers to. The text of one can
// be a name, a canonical name (contoso.test/.../EX01) or a distinguished name.
func (v value) server() string {
	text := v.string()
	if v.object != nil {
		text = cmp.Or(v.object.string("Name"), text)
	}
	if name, isDN := strings.CutPrefix(text, "CN="); isDN {
		name, _, _ = strings.Cut(name, ",")
		return name
	}
	return text[strings.LastIndex(text, "/")+1:]
}

func texts(elements []value, text func(value) string) []string {
	if elements == nil {
		return nil
	}
	all := make([]string, 0, len(elements))
	for _, v := range elements {
		all = append(all, text(v))
	}
	return all
}

// certificateName returns a TlsCertificateName, <I>issuer<S>subject, or nil if
// it is not set.
func (o *object) certificateName(name string) *string {
	v, _ := o.known(name)
	text := v.string()
	if text == "" && v.object != nil && v.object.string("CertificateSubject") != "" {
		text = "<I>" + v.object.string("CertificateIssuer") + "<S>" + v.object.string("CertificateSubject")
	}
	if text == "" {
		return nil
	}
	return &text
}

// typeName names the value's type for messages.
func (v value) typeName() string {
	if v.object != nil && len(v.object.types) > 0 {
		return v.object.types[0]
	}
	return "<" + v.kind + ">"
}

func (v value) string() string {
	if v.object != nil {
		return v.object.toString
	}
	return v.text
}

// simple returns the value that an object wraps, or the value itself.
func (v value) simple() value {
	if v.object != nil && v.object.value != nil {
		return *v.object.value
	}
	return v
}

func (v value) integer() (int64, error) {
	s := v.simple()
	switch s.kind {
	case "I16", "I32", "I64", "U16", "U32", "U64", "By", "SB":
		if n, err := strconv.ParseInt(strings.TrimSpace(s.text), 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, v.expected("a number")
}

func (v value) boolean() (bool, error) {
	s := v.simple()
	if s.kind == "B" && (s.text == "true" || s.text == "false") {
		return s.text == "true", nil
	}
	return false, v.expected("true or false")
}

func (v value) bytes() ([]byte, error) {
	s := v.simple()
	if s.kind == "BA" {
		if data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s.text), "")); err == nil {
			return data, nil
		}
	}
	return nil, v.expected("bytes in base64")
}

// thumbprint reads a thumbprint; nil if the value is empty.
func (v value) thumbprint() (*string, error) {
	text := strings.ToUpper(v.string())
	if text == "" {
		return nil, nil
	}
	if raw, err := hex.DecodeString(text); err != nil || len(raw) != 20 {
		return nil, v.expected("40 hex digits, or nothing")
	}
	return &text, nil
}

// expected returns an error that names the value's location.
func (v value) expected(what string) error {
	if v.line == 0 {
		return fmt.Errorf("SerializationData: %s: expected %s", v.name, what)
	}
	return fmt.Errorf("line %d: %s: expected %s, found %s", v.line, v.name, what, v.typeName())
}

// flags reads a set of flags: an enumeration object, its text ("Tls,
// Integrated") or its number. names are the names of the flags from the lowest
// bit on; known has the same order. unknown contains the flags without a name.
func (v value) flags(names []string) (known, unknown []string, err error) {
	bits, unknown, ok := parseFlags(v.string(), names)
	if !ok || len(unknown) > 0 {
		if n, err := v.integer(); err == nil && n >= 0 {
			bits, unknown, ok = uint64(n), nil, true
		}
	}
	if !ok {
		return nil, nil, v.expected("flags such as " + names[0] + ", " + names[1])
	}
	known, rest := gather.Flags(bits, names)
	if rest != 0 {
		unknown = append(unknown, fmt.Sprintf("%#x", rest))
	}
	return known, unknown, nil
}

// parseFlags parses the text of an enumeration. ok is false if it contains
// neither a flag in names nor None.
func parseFlags(text string, names []string) (bits uint64, unknown []string, ok bool) {
	if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32); err == nil {
		return n, nil, true
	}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
		switch {
		case i >= 0 && name != "":
			bits |= 1 << i
			ok = true
		case strings.EqualFold(name, "None"):
			ok = true
		default:
			unknown = append(unknown, name)
		}
	}
	return bits, unknown, ok
}

// enumeration reads one of names: an enumeration object, its text, or its
// number, which is an index of names.
func (v value) enumeration(names []string) (string, error) {
	if slices.Contains(names, v.string()) {
		return v.string(), nil
	}
	n, err := v.integer()
	if err != nil || n < 0 || n >= int64(len(names)) {
		return "", v.expected("one of " + strings.Join(names, ", "))
	}
	return names[n], nil
}

// escape matches UTF-16 code units that CLIXML escapes because XML cannot
// contain them, and underscores that would look like an escape.
var escape = regexp.MustCompile(`(?:_x[0-9A-Fa-f]{4}_)+`)

// unescape decodes the escapes in a text or a name ([MS-PSRP] section
// 2.2.5.3.2).
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(run string) string {
		units := make([]uint16, 0, len(run)/7)
		for ; run != ""; run = run[len("_x0000_"):] {
			unit, _ := strconv.ParseUint(run[2:6], 16, 16)
			units = append(units, uint16(unit))
		}
		return string(utf16.Decode(units))
	})
}
