package evaluate

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// An answer is the result of a query for an input.
type answer struct {
	value ast.Value // nil: undefined
	text  []byte    // value as JSON; nil for the shipped policies
}

// keepValue stops OPA from converting a value to JSON types: read converts it to
// ours.
func keepValue(term *ast.Term, _ *rego.EvalContext) (any, error) { return term.Value, nil }

// textOf returns a value as JSON. That of other people's policies can be large.
func textOf(value ast.Value) ([]byte, error) {
	plain, err := ast.JSON(value)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(plain)
	if err == nil && len(text) > maxDecision {
		err = fmt.Errorf("expected a decision of at most %d bytes, found %d", maxDecision, len(text))
	}
	return text, err
}

// read sets a variable to what encoding/json would decode from a value's JSON,
// without intermediate text and maps. A value that does not fit the variable's
// type is an error.
func read(value ast.Value, into reflect.Value) error {
	if unmarshaler, ok := into.Addr().Interface().(json.Unmarshaler); ok {
		text, err := textOf(value)
		if err != nil {
			return err
		}
		return unmarshaler.UnmarshalJSON(text)
	}
	if _, null := value.(ast.Null); null {
		into.SetZero()
		return nil
	}
	switch into.Kind() {
	case reflect.Pointer:
		if into.IsNil() {
			into.Set(reflect.New(into.Type().Elem()))
		}
		return read(value, into.Elem())
	case reflect.Struct:
		if object, ok := value.(ast.Object); ok {
			return readMembers(object, into)
		}
	case reflect.Map:
		if object, ok := value.(ast.Object); ok {
			return readMap(object, into)
		}
	case reflect.Slice:
		if array, ok := value.(*ast.Array); ok {
			return readElements(array, into)
		}
		if set, ok := value.(ast.Set); ok {
			return readElements(ast.NewArray(set.Slice()...), into)
		}
	case reflect.String:
		if text, ok := value.(ast.String); ok {
			into.SetString(string(text))
			return nil
		}
	case reflect.Bool:
		if truth, ok := value.(ast.Boolean); ok {
			into.SetBool(bool(truth))
			return nil
		}
	case reflect.Int:
		if number, ok := value.(ast.Number); ok {
			if whole, ok := number.Int64(); ok {
				into.SetInt(whole)
				return nil
			}
		}
	case reflect.Interface:
		plain, err := ast.JSON(value)
		if err == nil {
			into.Set(reflect.ValueOf(plain))
		}
		return err
	case reflect.Float64:
		if number, ok := value.(ast.Number); ok {
			if float, ok := number.Float64(); ok {
				into.SetFloat(float)
				return nil
			}
		}
	}
	return fmt.Errorf("expected a value for %s, found %s", into.Type(), ast.ValueName(value))
}

// readMembers is read for a struct. Unknown members are ignored.
func readMembers(object ast.Object, into reflect.Value) error {
	for _, m := range membersOf(into.Type()) {
		member := object.Get(m.key)
		if member == nil {
			continue
		}
		if err := read(member.Value, into.Field(m.index)); err != nil {
			return fmt.Errorf("%s: %w", string(m.key.Value.(ast.String)), err)
		}
	}
	return nil
}

func readMap(object ast.Object, into reflect.Value) error {
	into.Set(reflect.MakeMapWithSize(into.Type(), object.Len()))
	return object.Iter(func(key, value *ast.Term) error {
		name, ok := key.Value.(ast.String)
		if !ok {
			return fmt.Errorf("expected a string as a key, found %s", ast.ValueName(key.Value))
		}
		element := reflect.New(into.Type().Elem()).Elem()
		if err := read(value.Value, element); err != nil {
			return fmt.Errorf("%s: %w", string(name), err)
		}
		into.SetMapIndex(reflect.ValueOf(string(name)), element)
		return nil
	})
}

func readElements(array *ast.Array, into reflect.Value) error {
	into.Set(reflect.MakeSlice(into.Type(), array.Len(), array.Len()))
	for i := range array.Len() {
		if err := read(array.Elem(i).Value, into.Index(i)); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}
