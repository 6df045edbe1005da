package gather

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/transportcert/transportcert/internal/files"
)

// ErrExport is Decode's error for an export of the Exchange Management Shell,
// which package exports reads.
var ErrExport = errors.New("expected a document, a JSON object; this is an export of the Exchange Management Shell")

// ErrCertificate is Decode's error for a certificate, which package certstore
// reads.
var ErrCertificate = errors.New("expected a document, a JSON object; this is a certificate file")

// maxValues is how many values a document can have that is not read the usual way.
// 10,000 certificates with ten names each have a third.
const maxValues = 1_000_000

// Decode reads a document and checks it against the schema of the input
// document; times must be in the calendar, thumbprints must not repeat, and a
// certificate's der must have its thumbprint. UTF-16 with a byte order mark is
// read too, since Windows PowerShell redirects output so.
//
// An error of syntax (a key twice in an object is one) names byte, line and
// column. Otherwise the error has a line for each of the first 20 faults, in
// the order of the document: the path, what was expected and what was found.
// The caller bounds the size of data.
func Decode(data []byte) (*Document, error) {
	if doc := decodeUsual(data); doc != nil {
		return doc, nil
	}
	return decode(data, documentSchema())
}

// decodeUsual decodes most valid documents in a fraction of the time: those
// where the Go types leave no doubt whether a key is absent, null or empty. It
// returns nil for every other document, and the schema says what it is.
func decodeUsual(data []byte) *Document {
	doc := new(Document)
	if jsonv2.Unmarshal(data, doc, usual) != nil || !nullsAndEmptyTextsAreAllowed(data) || !doc.valid() {
		return nil
	}
	if !doc.Directory.Readable || doc.Directory.InternalTransportCertificate == nil {
		return nil
	}
	for _, key := range canBeNull {
		if _, found := doc.Sources[key]; found { // there it cannot
			return nil
		}
	}
	for i := range doc.Certificates {
		if c := &doc.Certificates[i]; c.HasPrivateKey == nil || c.Services == nil || c.SelfSigned == nil {
			return nil
		}
	}
	return doc
}

// usual refuses unknown keys. That a key occurs twice is refused by default.
var usual = jsonv2.RejectUnknownMembers(true)

// canBeNull are the keys of a document, but of sources, whose value can be null.
// tls_certificate_name is not among them: in a Send connector it cannot.
var canBeNull = []string{
	"internal_transport_certificate", "has_private_key", "services", "self_signed", "valid_from", "valid_until", "revoked",
	"extended_key_usages", "tls_auth_level",
}

// cannotBeEmpty are the keys whose value can be absent but not "", which Go cannot
// tell apart.
var cannotBeEmpty = []string{
	"now", "phase", "gathered_at", "exchange_version", "procedure", "transport_role", "smart_host_auth_mechanism",
}

// nullsAndEmptyTextsAreAllowed reports whether, in JSON that is known to be JSON,
// every null is the value of a key of canBeNull, and no "" is the value of a key of
// cannotBeEmpty. Of a text with null in it, it may say no.
func nullsAndEmptyTextsAreAllowed(data []byte) bool {
	for key := range keysBefore(data, "null") {
		if !slices.Contains(canBeNull, string(key)) {
			return false
		}
	}
	for key := range keysBefore(data, `""`) {
		if slices.Contains(cannotBeEmpty, string(key)) || bytes.Contains(key, []byte(`\`)) {
			return false
		}
	}
	return true
}

// keysBefore yields, for each time that value occurs in JSON, the key before it as it
// is written; nothing where it is not the value of a key; a backslash where the key
// contains an escaped quotation mark.
func keysBefore(data []byte, value string) iter.Seq[[]byte] {
	const space = " \t\r\n"
	return func(yield func([]byte) bool) {
		for {
			before, after, found := bytes.Cut(data, []byte(value))
			if !found {
				return
			}
			key, _ := bytes.CutSuffix(bytes.TrimRight(before, space), []byte(":"))
			key, isKey := bytes.CutSuffix(bytes.TrimRight(key, space), []byte(`"`))
			start := bytes.LastIndexByte(key, '"')
			switch {
			case !isKey || start < 0:
				key = nil
			case bytes.HasSuffix(key[:start], []byte(`\`)):
				key = []byte(`\`)
			default:
				key = key[start+1:]
			}
			if !yield(key) {
				return
			}
			data = after
		}
	}
}

// DecodePartial reads a document from which any of the top-level keys may be
// absent. What is there is checked as by Decode.
func DecodePartial(data []byte) (*Document, error) { return decode(data, partialSchema()) }

func documentSchema() *schema { whole, _ := inputSchemas(); return whole }

func partialSchema() *schema { _, partial := inputSchemas(); return partial }

var inputSchemas = sync.OnceValues(readSchemas)

func decode(data []byte, expected *schema) (*Document, error) {
	data, err := files.Text(data)
	if err != nil {
		return nil, err
	}
	switch start := bytes.TrimSpace(data[:min(len(data), 4096)]); {
	case len(start) == 0:
		return nil, errors.New("expected a document, a JSON object; found nothing")
	case start[0] == '<' && bytes.Contains(start, []byte("<Objs")):
		return nil, ErrExport
	case bytes.HasPrefix(start, []byte("-----BEGIN ")), start[0] == 0x30 && len(start) > 1 && start[1] >= 0x80: // PEM, DER
		return nil, ErrCertificate
	}
	// Each of them can be a fault, and takes hundreds of bytes on its way to a message.
	if bytes.Count(data, []byte(","))+bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > maxValues {
		return nil, fmt.Errorf("expected at most %d values, found more commas and opening brackets", maxValues)
	}
	var value any
	if err := jsonv2.Unmarshal(data, &value, exactNumbers); err != nil {
		return nil, syntaxError(data, err)
	}
	top, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected one document, a JSON object; found %s", show(value))
	}

	var f faults
	f.walk("", place{"", expected, value})
	f.checkCertificates(top["certificates"])
	if len(f.list) > 0 {
		return nil, f.sorted(data)
	}
	// Through JSON again: 1.0 is a whole number to the schema, to an int it is not.
	normal, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	doc := new(Document)
	return doc, json.Unmarshal(normal, doc)
}

// syntaxError says where JSON is damaged.
func syntaxError(data []byte, err error) error {
	var (
		syntactic *jsontext.SyntacticError
		semantic  *jsonv2.SemanticError
		at        int64
		cause     error
	)
	switch {
	case errors.As(err, &syntactic):
		at, cause = syntactic.ByteOffset, syntactic.Err
		if errors.Is(cause, jsontext.ErrDuplicateName) {
			cause = fmt.Errorf("%s: the key occurs twice", cut(pathTo(syntactic.JSONPointer)))
		}
	case errors.As(err, &semantic):
		at, cause = semantic.ByteOffset, semantic.Err
	default:
		return err
	}
	before := data[:min(int(at), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("byte %d (line %d, column %d): expected JSON: %w", at, line, column, cause)
}

// pathTo writes a pointer as a path. It takes numbers for indices, as they are
// everywhere in a document.
func pathTo(pointer jsontext.Pointer) (path string) {
	for token := range pointer.Tokens() {
		if _, err := strconv.Atoi(token); err == nil {
			path += "[" + token + "]"
		} else {
			path = join(path, token)
		}
	}
	return path
}
