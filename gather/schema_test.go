package gather

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/policies/schemas"
)

// A change of a single value in the fixtures is a fault for Decode if and only if it
// is one for a complete JSON Schema library.
func TestSchemaAgreesWithALibrary(t *testing.T) {
	t.Parallel()
	definition, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.Input))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("input.json", definition))
	library, err := compiler.Compile("input.json")
	require.NoError(t, err)

	paths, err := filepath.Glob("../fixtures/[0-9]*/input.json")
	require.NoError(t, err)
	texts := [][]byte{[]byte(whole)}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		texts = append(texts, text)
	}
	refused, seen := 0, map[string]bool{}
	for _, text := range texts {
		var document map[string]any
		require.NoError(t, json.Unmarshal(text, &document))
		changeEach(document, "", seen, func(place string) {
			text, err := json.Marshal(document)
			require.NoError(t, err)
			_, err = decode(text, documentSchema())
			expected := library.Validate(document)
			require.Equal(t, expected == nil, err == nil, "%s: %v\n%v\n%s", place, expected, err, text)
			if err != nil {
				refused++
			}
		})
	}
	require.Greater(t, len(seen), 70)
	require.Greater(t, refused, 1000)
}

// changeEach calls changed for each value at a path not seen before: replaced
// by other values, removed, and with an additional unknown key.
func changeEach(object map[string]any, path string, seen map[string]bool, changed func(place string)) {
	for key, value := range object {
		if place := path + "." + key; !seen[place] && key != "der" {
			seen[place] = true
			for _, other := range []any{nil, true, "", "x", 0.0, -1.0, 1.5, 3.0, []any{}, []any{1.0}, []any{"x"}, []any{nil}, map[string]any{}, map[string]any{"x": 1.0}} {
				object[key] = other
				changed(fmt.Sprintf("%s = %v", place, other))
			}
			delete(object, key)
			changed(place + " removed")
			object[key] = value
			object["x"] = 1.0
			changed(place + " beside x")
			delete(object, "x")
		}
		switch value := value.(type) {
		case map[string]any:
			changeEach(value, path+"."+key, seen, changed)
		case []any:
			for _, element := range value {
				if element, ok := element.(map[string]any); ok {
					changeEach(element, path+"."+key+"[]", seen, changed)
				}
			}
		}
	}
}
