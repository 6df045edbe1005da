package documents

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/hostile"
)

// FuzzStream checks that any stream ends, that each of its lines is yielded
// once, and that every line that is a document is yielded as a document.
func FuzzStream(f *testing.F) {
	a := compact("A")
	for _, text := range []string{a, pretty("A"), a + "\n" + a, "\r\n\n" + a + "\r\n{}\n" + a[:40], "\xff\xfe{\x00}\x00\n\x00", "\ufeff" + a, "{\n\"a\":\n1}", "[1]\n2\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found := servers(t, data)
		require.NotEmpty(t, found)
		require.LessOrEqual(t, len(found), bytes.Count(data, []byte("\n"))+2)

		// Between two documents, a line is a line, whatever it contains.
		line := bytes.ReplaceAll(data, []byte("\n"), nil)
		if len(bytes.TrimSpace(line)) == 0 {
			return
		}
		expected := ""
		if document, err := gather.Decode(bytes.TrimRight(line, "\r")); err == nil {
			expected = document.Server
		}
		text := bytes.Join([][]byte{[]byte(a), line, []byte(a)}, []byte("\n"))
		require.Equal(t, []string{"A", expected, "A"}, servers(t, text))
	})
}

// servers returns the server of each document in a stream, or "" for an error.
func servers(t *testing.T, data []byte) []string {
	var all []string
	for document, err := range Read([]string{"-"}, bytes.NewReader(data), Limits{}, nil) {
		server := ""
		if err == nil {
			document.Document, err = document.Decode()
		}
		if err == nil {
			server = document.Server
			require.NotEmpty(t, server)
		} else {
			hostile.Check(t, err.Error())
		}
		all = append(all, server)
	}
	return all
}
