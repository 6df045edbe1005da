package evaluate

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/fixtures"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// inputValue returns what OPA creates from the document's JSON.
func TestInputValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		compare(rt, documents.Document().Draw(rt, "document"))
	})
	for _, document := range fixtures.Documents(t) {
		compare(t, document)
	}
	compare(t, &gather.Document{})
	// Every field of the format, set and empty.
	full := &gather.Document{}
	fill(reflect.ValueOf(full).Elem(), 1)
	require.NotEmpty(t, full.SendConnectors[0].AddressSpaces)
	compare(t, full)
	empty := &gather.Document{}
	fill(reflect.ValueOf(empty).Elem(), 0)
	require.NotNil(t, empty.Roles)
	compare(t, empty)
	full.Certificates[0].ExtendedKeyUsages = gather.ExtendedKeyUsages{Gathered: true} // no such extension
	compare(t, full)
}

// fill sets every field below v: lists and maps get n elements, and nothing is
// nil.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf("value"))
		}
	case reflect.String:
		v.SetString(strings.Repeat("x", n))
	case reflect.Bool:
		v.SetBool(n > 0)
	case reflect.Int:
		v.SetInt(int64(n))
	case reflect.Uint8:
		v.SetUint(uint64(n))
	}
}

func compare(t require.TestingT, document *gather.Document) {
	text, err := json.Marshal(document)
	require.NoError(t, err)
	expected, err := ast.ValueFromReader(bytes.NewReader(text))
	require.NoError(t, err)
	found := inputValue(document)
	require.Zero(t, ast.Compare(expected, found), "expected %v, found %v", expected, found)
}
