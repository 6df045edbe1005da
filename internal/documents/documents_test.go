package documents

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// compact is a complete document on one line.
func compact(server string) string {
	return fmt.Sprintf(`{"schema_version":1,"server":%q,"connectors":[],"certificates":[],`+
		`"directory":{"readable":true,"internal_transport_certificate":null},`+
		`"host":{"dns_fqdn":"a.test","dns_host_name":"a","physical_dns_fqdn":"a.test","physical_dns_host_name":"a"}}`, server)
}

// pretty is the same document on several lines, of which the second alone is
// JSON.
func pretty(server string) string {
	text := strings.Replace(compact(server), `"directory":`, "\"directory\":\n", 1)
	return strings.Replace(text, `,"host":`, "\n\n,\"host\":\n", 1) + "\n"
}

// all reads everything and returns "NAME SERVER" for a document, or the error.
func all(documents iter.Seq2[Document, error]) []string {
	var found []string
	for document, err := range documents {
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		decoded, err := document.Decode()
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		found = append(found, document.Name+" "+decoded.Server)
	}
	return found
}

func TestStream(t *testing.T) {
	t.Parallel()
	a, b, c := compact("A"), compact("B"), compact("C")
	var utf16le bytes.Buffer
	utf16le.WriteString("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(a + "\r\n" + b + "\r\n")) {
		utf16le.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	tests := []struct {
		name, input string
		expected    []string // a prefix of each
	}{
		{"a document", pretty("A"), []string{"stdin A"}},
		{"a document after blank lines", "\n\r\n" + pretty("A"), []string{"stdin A"}},
		{"a document on one line", a, []string{"stdin:1 A"}},
		{"a document a line", a + "\n" + b + "\n" + c + "\n", []string{"stdin:1 A", "stdin:2 B", "stdin:3 C"}},
		{"without a last line end", a + "\n" + b, []string{"stdin:1 A", "stdin:2 B"}},
		{"blank lines and CRLF", "\r\n" + a + "\r\n\r\n  \r\n" + b + "\r\n", []string{"stdin:2 A", "stdin:5 B"}},
		{"UTF-8 with a byte order mark", "\ufeff" + a + "\n" + b + "\n", []string{"stdin:1 A", "stdin:2 B"}},
		{"UTF-16 as Windows PowerShell redirects it", utf16le.String(), []string{"stdin:1 A", "stdin:2 B"}},
		{"a damaged line among others", a + "\n" + b[:40] + "\n" + c, []string{"stdin:1 A", "stdin:2: ", "stdin:3 C"}},
		{"a damaged first line", a[:40] + "\n\n" + b + "\n" + c, []string{"stdin:1: ", "stdin:3 B", "stdin:4 C"}},
		{"a wrong document among others", a + "\n{}\n" + c, []string{"stdin:1 A", "stdin:2: ", "stdin:3 C"}},
		{"several faults, each on its line", "{}", []string{"stdin:1: schema_version: missing: expected 1\n  server: missing"}},
		{"a truncated document", pretty("A")[:150], []string{"stdin: byte 150 (line 5, column 5)"}},
		{"a document followed by another", pretty("A") + pretty("B"), []string{"stdin: byte "}},
		{"nothing", "", []string{"stdin: expected a document, found nothing"}},
		{"nothing but blank lines", "\n \n", []string{"stdin: expected a document, found nothing"}},
		{"no JSON", "Name: EX01\nNote: x\n", []string{"stdin: byte 0 (line 1, column 1)"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := all(Read([]string{"-"}, strings.NewReader(test.input), Limits{}, nil))
			require.Len(t, found, len(test.expected), "%q", found)
			for i := range found {
				require.True(t, strings.HasPrefix(found[i], test.expected[i]), "%q does not start with %q", found[i], test.expected[i])
			}
		})
	}
}

// A stream yields a document before it reads the next one.
func TestStreamDoesNotWait(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	next, stop := iter.Pull2(Read([]string{"-"}, reader, Limits{}, nil))
	defer stop()
	for _, server := range []string{"A", "B"} {
		go fmt.Fprintln(writer, compact(server))
		document, err, more := next()
		require.True(t, more)
		require.NoError(t, err)
		decoded, err := document.Decode()
		require.NoError(t, err)
		require.Equal(t, server, decoded.Server)
	}
	go writer.CloseWithError(io.ErrClosedPipe)
	_, err, more := next()
	require.True(t, more)
	require.EqualError(t, err, "stdin:3: io: read/write on closed pipe")
	_, _, more = next()
	require.False(t, more)
}

// Each limit is exact.
func TestLimits(t *testing.T) {
	t.Parallel()
	a := compact("A")
	size := len(a) + 1 // including the line ending
	tooLong := fmt.Sprintf("expected a document of at most %d bytes, found a longer one; the rest was not read", size)
	read := func(text string, limits Limits) []string {
		return all(Read([]string{"-"}, strings.NewReader(text), limits, nil))
	}
	require.Equal(t, []string{"stdin:1 A", "stdin:2 A"}, read(a+"\n"+a+"\n", Limits{Size: size}))
	require.Equal(t, []string{"stdin:1 A", "stdin:2: " + tooLong}, read(a+"\n"+a+" \n"+a+"\n", Limits{Size: size}))
	require.Equal(t, []string{"stdin:1: " + tooLong}, read(a+" \n"+a, Limits{Size: size}))
	broken := strings.Replace(a, ",", ",\n", 1)
	require.Equal(t, []string{"stdin A"}, read(broken, Limits{Size: size}))
	require.Equal(t, []string{"stdin:1: " + tooLong}, read(broken+"\n", Limits{Size: size}))
	require.Equal(t, []string{"stdin:1: " + tooLong}, read("{\n\"schema_version\":\n"+strings.Repeat("1\n", size), Limits{Size: size}))
	require.Equal(t, []string{"stdin:1: expected a document of at most 67108864 bytes, found a longer one; the rest was not read"},
		read(strings.Repeat("x", 64<<20+1), Limits{}))

	one := strings.Replace(a, `"certificates":[]`, `"certificates":[`+certificate("1")+`]`, 1)
	two := strings.Replace(a, `"certificates":[]`, `"certificates":[`+certificate("1")+","+certificate("2")+`]`, 1)
	require.Equal(t, []string{"stdin:1 A", "stdin:2: certificates: expected at most 1, found 2", "stdin:3 A"},
		read(one+"\n"+two+"\n"+one, Limits{Certificates: 1}))
	require.Equal(t, []string{"stdin:1 A"}, read(two, Limits{Certificates: 2}))
	require.Equal(t, []string{"stdin:1 A"}, read(two, Limits{}))

	folder := t.TempDir()
	for _, name := range []string{"a.json", "b.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(a), 0o600))
	}
	require.Len(t, all(Read([]string{folder}, nil, Limits{Files: 2}, nil)), 2)
	require.Equal(t, []string{folder + ": expected at most 1 files, found 2"}, all(Read([]string{folder}, nil, Limits{Files: 1}, nil)))
}

// certificate returns a certificate whose thumbprint repeats that digit.
func certificate(digit string) string {
	return fmt.Sprintf(`{"thumbprint":%q,"version":3,"subject_common_names":[],"dns_names":[],`+
		`"not_before":"2024-01-01T00:00:00Z","not_after":"2029-01-01T00:00:00Z","has_private_key":true,"services":[],"self_signed":true,`+
		`"trust":{"chain":"unknown"}}`, strings.Repeat(digit, 40))
}

func TestPaths(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	inFolder := func(name string) string { return filepath.Join(folder, name) }
	write := func(name, text string) { require.NoError(t, os.WriteFile(inFolder(name), []byte(text), 0o600)) }
	write("b.json", pretty("B"))
	write("a.ndjson", compact("A1")+"\n"+compact("A2"))
	write("C.JSON", compact("C"))
	write("notes.txt", "notes")
	require.NoError(t, os.Mkdir(inFolder("older.json"), 0o700))
	empty := t.TempDir()

	var notes []string
	report := func(sentence string) { notes = append(notes, sentence) }
	require.Equal(t, []string{
		"stdin:1 S",
		inFolder("C.JSON") + ":1 C", inFolder("a.ndjson") + ":1 A1", inFolder("a.ndjson") + ":2 A2", inFolder("b.json") + " B",
		"reading documents: stat " + inFolder("missing.json") + ": no such file or directory",
		empty + ": expected documents, *.json or *.ndjson, found none",
		inFolder("b.json") + " B",
	}, all(Read([]string{"-", folder, inFolder("missing.json"), empty, inFolder("b.json")}, strings.NewReader(compact("S")), Limits{}, report)))
	require.Equal(t, []string{folder + ": skipped, neither *.json nor *.ndjson: notes.txt",
		folder + ": skipped, folders in a folder are not read: older.json"}, notes)
}

// After a break, the loop yields nothing more, wherever the break is.
func TestBreak(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"a.ndjson", "b.ndjson"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(compact("A")+"\n{}\n"+compact("B")), 0o600))
	}
	for most := 1; most < 8; most++ {
		count := 0
		for range Read([]string{"missing", folder, "-"}, strings.NewReader(compact("S")), Limits{}, nil) {
			if count++; count == most {
				break
			}
		}
		require.Equal(t, most, count)
	}
}
