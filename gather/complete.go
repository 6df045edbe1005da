package gather

import (
	"encoding/json"
	"io"
	"strings"
)

// Missing returns the names of the required sections that were not gathered.
// The server's name counts as one, because every document needs it.
func (d *Document) Missing() []string {
	var missing []string
	if d.Server == "" {
		missing = append(missing, "server")
	}
	for _, s := range d.sections() {
		if s.required && !s.there {
			missing = append(missing, s.name)
		}
	}
	return missing
}

// UnknownTrust returns the number of certificates whose trust is unknown and
// that are not known to be self-signed. None of them can be best.
func (d *Document) UnknownTrust() int {
	n := 0
	for _, c := range d.Certificates {
		if c.Trust.Chain == ChainUnknown && (c.SelfSigned == nil || !*c.SelfSigned) {
			n++
		}
	}
	return n
}

// Encode writes the document as indented JSON.
func (d *Document) Encode(w io.Writer) error { return d.encode(w, "  ") }

// EncodeLine writes the document as JSON on one line.
func (d *Document) EncodeLine(w io.Writer) error { return d.encode(w, "") }

func (d *Document) encode(w io.Writer, indent string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // names hold & and <
	e.SetIndent("", indent)
	return e.Encode(d)
}

// NetBIOS returns the NetBIOS name of a server: at most 15 bytes of the first
// label.
func NetBIOS(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return strings.ToValidUTF8(name[:min(len(name), 15)], "")
}
