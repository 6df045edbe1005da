package evaluate

import (
	"encoding/base64"
	"reflect"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/transportcert/transportcert/gather"
)

// inputValue converts a document to the value that OPA would create from its
// JSON, without intermediate text and maps. The JSON tags of its fields say
// what is omitted.
func inputValue(d *gather.Document) ast.Value {
	return term(reflect.ValueOf(d).Elem()).Value
}

// term panics on a kind of value that does not occur in documents.
func term(v reflect.Value) *ast.Term {
	switch v.Kind() {
	case reflect.String:
		return ast.StringTerm(v.String())
	case reflect.Bool:
		return ast.InternedTerm(v.Bool())
	case reflect.Int:
		return ast.IntNumberTerm(int(v.Int()))
	case reflect.Pointer:
		if v.IsNil() {
			return ast.InternedNullTerm
		}
		return term(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return ast.InternedNullTerm
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return ast.StringTerm(base64.StdEncoding.EncodeToString(v.Bytes()))
		}
		terms := make([]*ast.Term, v.Len())
		for i := range terms {
			terms[i] = term(v.Index(i))
		}
		return ast.ArrayTerm(terms...)
	case reflect.Map:
		pairs := make([][2]*ast.Term, 0, v.Len())
		for entry := v.MapRange(); entry.Next(); {
			pairs = append(pairs, [2]*ast.Term{term(entry.Key()), term(entry.Value())})
		}
		return ast.NewTerm(ast.NewObject(pairs...))
	case reflect.Struct:
		if v.Type() == usages {
			return term(v.Field(1)) // OIDs, as in MarshalJSON
		}
		return objectTerm(v)
	}
	panic("a document has no " + v.Kind().String())
}

var usages = reflect.TypeFor[gather.ExtendedKeyUsages]()

// objectTerm is term for a struct.
func objectTerm(v reflect.Value) *ast.Term {
	members := membersOf(v.Type())
	pairs := make([][2]*ast.Term, 0, len(members))
	for i := range members {
		m := &members[i]
		field := v.Field(m.index)
		if m.omitZero && field.IsZero() || m.omitEmpty && field.Len() == 0 {
			continue
		}
		pairs = append(pairs, [2]*ast.Term{m.key, term(field)})
	}
	return ast.NewTerm(ast.NewObject(pairs...))
}

// A member is the content of a field's JSON tag.
type member struct {
	index               int // of the field
	key                 *ast.Term
	omitZero, omitEmpty bool
}

var knownMembers sync.Map // of []member, by the struct's reflect.Type

// membersOf reads the tags of a struct type once.
func membersOf(t reflect.Type) []member {
	if known, ok := knownMembers.Load(t); ok {
		return known.([]member)
	}
	var members []member
	for i := range t.NumField() {
		field := t.Field(i)
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" || key == "-" {
			continue
		}
		m := member{index: i, key: ast.StringTerm(key), omitZero: options == "omitzero"}
		if options == "omitempty" {
			// Empty values are zero values, except these.
			kind := field.Type.Kind()
			m.omitEmpty = kind == reflect.Slice || kind == reflect.Map
			m.omitZero = !m.omitEmpty
		}
		members = append(members, m)
	}
	knownMembers.Store(t, members)
	return members
}
