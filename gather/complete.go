package gather

import (
	"encoding/json"
	"fmt"
	"io"
)

// Missing returns the required sections, by their names in the document, that
// were not gathered. The server's name counts as one, since a document needs it.
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

// UnknownTrust says in a sentence how many certificates can be no valid PKI
// certificate because nobody looked for their chains. It is empty if none.
func (d *Document) UnknownTrust() string {
	n := 0
	for _, c := range d.Certificates {
		if c.Trust.Chain == ChainUnknown && (c.SelfSigned == nil || !*c.SelfSigned) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d certificates are not self-signed and their trust is unknown: --roots FILE or --system-roots tells", n, len(d.Certificates))
}

// Encode writes the document as indented JSON.
func (d *Document) Encode(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // names hold & and <
	e.SetIndent("", "  ")
	return e.Encode(d)
}
