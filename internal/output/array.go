package output

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/transportcert/transportcert/internal/spool"
)

// An array is one of JSON that grows from document to document, and is not in
// memory: the reports of a forest can be longer than that is large.
type array struct {
	key    string // of the array
	indent string // of its elements
	text   spool.Spool
}

func (a *array) add(element any) error {
	text, err := marshal(element, a.indent)
	if err != nil {
		return err
	}
	separator := ",\n"
	if a.text.Len() == 0 {
		separator = "\n"
	}
	_, err = fmt.Fprint(&a.text, separator, a.indent, text)
	return err
}

// writeWithArrays writes a value as JSON, with each array in place of the empty array
// that has its key. The arrays come in the order in which they are written.
func writeWithArrays(w io.Writer, value any, arrays ...*array) error {
	rest, err := marshal(value, "")
	if err != nil {
		return err
	}
	for _, a := range arrays {
		if a.text.Len() == 0 {
			continue
		}
		empty := fmt.Sprintf("%q: [", a.key) // in no text: its quotation marks are escaped
		before, after, _ := strings.Cut(rest, empty)
		if _, err := io.WriteString(w, before+empty); err != nil {
			return err
		}
		if _, err := a.text.WriteTo(w); err != nil {
			return err
		}
		rest = "\n" + strings.TrimPrefix(a.indent, "  ") + after
	}
	_, err = io.WriteString(w, rest+"\n")
	return err
}

// writeAlone writes the array where it is the whole document.
func (a *array) writeAlone(w io.Writer) error {
	if a.text.Len() == 0 {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	if _, err := io.WriteString(w, "["); err != nil {
		return err
	}
	if _, err := a.text.WriteTo(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// marshal writes a value as indented JSON, without the line end.
func marshal(value any, indent string) (string, error) {
	var text bytes.Buffer
	encoder := unescaped(&text)
	encoder.SetIndent(indent, "  ")
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}
