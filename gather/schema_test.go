package gather

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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
	refused, seen := 0, map[string]bool{".certificates[].der": true} // the library does not read it
	for _, text := range texts {
		var document map[string]any
		require.NoError(t, json.Unmarshal(text, &document))
		mutate(document, "", seen, func(place string) {
			if strings.HasSuffix(place, "= 3e+09") { // too large for an int, which a schema does not say
				return
			}
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
