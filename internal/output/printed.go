package output

import (
	"reflect"

	"github.com/transportcert/transportcert/internal/printable"
)

// printed returns a copy of what a report shows, with every text printable. Only
// remediations and descriptions can have several lines.
func printed[T any](v T) T { return printedValue(reflect.ValueOf(v), false).Interface().(T) }

func printedValue(v reflect.Value, lines bool) reflect.Value {
	clean := reflect.New(v.Type()).Elem()
	clean.Set(v)
	switch v.Kind() {
	case reflect.String:
		if lines {
			clean.SetString(printable.Lines(v.String()))
		} else {
			clean.SetString(printable.Line(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			clean.Set(reflect.New(v.Type().Elem()))
			clean.Elem().Set(printedValue(v.Elem(), lines))
		}
	case reflect.Interface:
		if !v.IsNil() {
			clean.Set(printedValue(v.Elem(), lines))
		}
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			break
		}
		clean.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			clean.Index(i).Set(printedValue(v.Index(i), lines))
		}
	case reflect.Map:
		if v.IsNil() {
			break
		}
		clean.Set(reflect.MakeMap(v.Type()))
		for key, value := range v.Seq2() {
			clean.SetMapIndex(printedValue(key, lines), printedValue(value, lines))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				clean.Field(i).Set(printedValue(v.Field(i), field.Name == "Remediation" || field.Name == "Description"))
			}
		}
	}
	return clean
}
