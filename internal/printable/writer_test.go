package printable_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/printable"
)

func TestWriter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		as         printable.Encoding
		text, want string
	}{
		{printable.Text, "a\tb\nc ü\n", "a\tb\nc ü\n"},
		{printable.Text, "###vso[a] ##[b] #c", "# # #vso[a] # #[b] #c"},
		{printable.Text, "::error::a\n \t\u00a0:::b\n[::]:25 a::b\n", ": :error::a\n \t\u00a0: ::b\n[::]:25 a::b\n"},
		{printable.Text, "#\n#:\n:", "#\n#:\n:"},
		{printable.Text, "\x1b[31m\x1b[2J\r\u202e\u2028\x85", `\x1b[31m\x1b[2J\r\u202e\u2028` + "\ufffd"},
		{printable.Colored, "\x1b[1ma\x1b[0m\x1b[2J\x1b[31m::b", "\x1b[1ma\x1b[0m" + `\x1b[2J` + "\x1b[31m::b"},
		{printable.Colored, "\x1b[31m::b", "\x1b[31m: :b"},
		{printable.JSON, "\"##\u202e\u2028\x7f\U000e0001\"\n", `"#\u0023\u202e\u2028\u007f\udb40\udc01"` + "\n"},
		{printable.XML, "<a>##\u202e\x7f</a>\n", "<a>#&#x23;&#x202E;&#x7F;</a>\n"},
		{printable.Commands, "::error::a\x1b\n##vso[b]", `::error::a\x1b` + "\n##vso[b]"},
	}
	for _, test := range tests {
		var whole, parts bytes.Buffer
		n, err := printable.NewWriter(&whole, test.as).Write([]byte(test.text))
		require.NoError(t, err)
		require.Equal(t, len(test.text), n)
		require.Equal(t, test.want, whole.String())
		w := printable.NewWriter(&parts, test.as)
		for i := range len(test.text) {
			_, err := w.Write([]byte{test.text[i]})
			require.NoError(t, err)
		}
		require.Equal(t, test.want, parts.String(), "byte by byte")
	}
}

// Encoded text decodes to the original text.
func FuzzWriter(f *testing.F) {
	f.Add(hostile.Text)
	f.Fuzz(func(t *testing.T, text string) {
		hostile.CheckStream(t, printable.Harmless(text))
		var encoded bytes.Buffer
		require.NoError(t, json.NewEncoder(printable.NewWriter(&encoded, printable.JSON)).Encode(text))
		hostile.CheckStream(t, encoded.String())
		var decoded string
		require.NoError(t, json.Unmarshal(encoded.Bytes(), &decoded))
		require.Equal(t, string([]rune(text)), decoded, "bytes that are not UTF-8 are U+FFFD each")

		encoded.Reset()
		require.NoError(t, xml.NewEncoder(printable.NewWriter(&encoded, printable.XML)).Encode(text))
		hostile.CheckStream(t, encoded.String())
		var plain bytes.Buffer
		require.NoError(t, xml.NewEncoder(&plain).Encode(text))
		var want string
		require.NoError(t, xml.Unmarshal(plain.Bytes(), &want))
		require.NoError(t, xml.Unmarshal(encoded.Bytes(), &decoded))
		require.Equal(t, want, decoded)
	})
}

func TestWriterError(t *testing.T) {
	t.Parallel()
	n, err := printable.NewWriter(full{}, printable.Text).Write([]byte("a"))
	require.EqualError(t, err, "full")
	require.Zero(t, n)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }
