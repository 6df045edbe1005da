package gather

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/transportcert/transportcert/internal/files"
)

// ErrExport is Decode's error for an export of the Exchange Management Shell.
// Package exports reads such files.
var ErrExport = errors.New("expected a document (a JSON object), found an export of the Exchange Management Shell")

// ErrCertificate is Decode's error for a certificate file. Package certstore
// reads such files.
var ErrCertificate = errors.New("expected a document (a JSON object), found a certificate file")

// maxValues limits the values of a document that decodeFast does not accept. A
// document with 10,000 certificates of ten names each has a third of that.
const maxValues = 1_000_000

// Decode reads a document and checks it against the schema of the input
// document. Beyond the schema, dates must exist, thumbprints must be unique,
// and a certificate's der must match its thumbprint. UTF-16 with a byte order
// mark is accepted, because Windows PowerShell redirects output in that
// encoding.
//
// A syntax error, such as a duplicate key, names the byte, line and column. Any
// other error has one line for each of the first 20 faults, in document order:
// the path, what was expected and what was found. The caller limits the size of
// data.
func Decode(data []byte) (*Document, error) {
	if doc := decodeFast(data); doc != nil {
		return doc, nil
	}
	return decode(data, documentSchema())
}

// decodeFast decodes most valid documents in a fraction of the time that
// decode takes: those whose Go values show whether a key is absent or null,
// and that have no empty text. For any other document it returns nil, and decode
// checks it against the schema.
func decodeFast(data []byte) *Document {
	doc := new(Document)
	if bytes.Contains(data, []byte(`""`)) || !nullsAreAllowed(data) ||
		jsonv2.Unmarshal(data, doc, rejectUnknown) != nil || !doc.valid(true) {
		return nil
	}
	for key := range doc.Sources {
		if slices.Contains(canBeNull, key) { // null is not allowed there
			return nil
		}
	}
	return doc
}

// rejectUnknown rejects unknown keys. Duplicate keys are rejected by default.
var rejectUnknown = jsonv2.RejectUnknownMembers(true)

// canBeNull lists the keys whose value can be null, except within sources.
// tls_certificate_name is not listed, because it cannot be null in a Send
// connector.
var canBeNull = []string{
	"internal_transport_certificate", "has_private_key", "services", "self_signed", "valid_from", "valid_until", "revoked",
	"extended_key_usages", "tls_auth_level",
}

// nullsAreAllowed reports whether every null in valid JSON is the value of a key
// in canBeNull. It can return false for valid JSON that contains null within a
// string.
func nullsAreAllowed(data []byte) bool {
	const space = " \t\r\n"
	for {
		before, after, found := bytes.Cut(data, []byte("null"))
		if !found {
			return true
		}
		key, _ := bytes.CutSuffix(bytes.TrimRight(before, space), []byte(":"))
		key, isKey := bytes.CutSuffix(bytes.TrimRight(key, space), []byte(`"`))
		start := bytes.LastIndexByte(key, '"') + 1
		// A quotation mark after a backslash is part of the key.
		if !isKey || bytes.HasSuffix(key[:start], []byte(`\"`)) || !slices.Contains(canBeNull, string(key[start:])) {
			return false
		}
		data = after
	}
}

// DecodePartial reads a document in which any top-level key can be absent. It
// checks everything else as Decode does.
func DecodePartial(data []byte) (*Document, error) { return decode(data, partialSchema()) }

func decode(data []byte, expected *schema) (*Document, error) {
	data, err := files.Text(data)
	if err != nil {
		return nil, err
	}
	switch start := bytes.TrimSpace(data[:min(len(data), 4096)]); {
	case len(start) == 0:
		return nil, errors.New("expected a document (a JSON object), found nothing")
	case start[0] == '<' && bytes.Contains(start, []byte("<Objs")), bytes.HasPrefix(start, []byte("PK\x03\x04")): // CLIXML, or a zip file of it
		return nil, ErrExport
	case bytes.HasPrefix(start, []byte("-----BEGIN ")), start[0] == 0x30 && len(start) > 1 && start[1] >= 0x80: // PEM, DER
		return nil, ErrCertificate
	}
	// Each value can be a fault, and an error message about it takes hundreds of bytes.
	if bytes.Count(data, []byte(","))+bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > maxValues {
		return nil, fmt.Errorf("expected at most %d values, found more", maxValues)
	}
	var value any
	if err := jsonv2.Unmarshal(data, &value, exactNumbers); err != nil {
		return nil, syntaxError(data, err)
	}
	top, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected one document (a JSON object), found %s", show(value))
	}

	var f faults
	f.walk("", "", expected, value)
	f.checkCertificates(top["certificates"])
	if len(f.list) > 0 {
		return nil, f.sorted(data)
	}
	// Encode it again: the schema accepts 1.0 as an integer, but an int does not.
	normal, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	doc := new(Document)
	return doc, json.Unmarshal(normal, doc)
}

// syntaxError returns an error that locates the damage in the JSON.
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
	place := fmt.Sprintf("byte %d (line %d, column %d)", at, line, column)
	if errors.Is(cause, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the text ends too early: expected the rest of the JSON", place)
	}
	return fmt.Errorf("%s: expected JSON: %w", place, cause)
}

// pathTo converts a JSON pointer to a path. It takes numbers for indices,
// because no key of a document is a number.
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
