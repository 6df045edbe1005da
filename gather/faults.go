package gather

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/transportcert/transportcert/internal/certificate"
)

const (
	maxFaults = 20 // listed in an error
	maxDepth  = 10 // of the values in the schema; faults are not nested deeper
)

type fault struct {
	at     jsontext.Pointer // location in the document
	offset int64            // the same location, for sorting
	text   string
}

// faults collects what is wrong with a document.
type faults struct {
	list []fault
}

func (f *faults) add(at jsontext.Pointer, path, text string) {
	f.list = append(f.list, fault{at: at, text: strings.TrimPrefix(path+": "+text, ": ")})
}

// walk finds what is wrong with a value and its members. It checks the schema,
// and also what a schema cannot express: dates that do not exist, and numbers
// that do not fit an int.
func (f *faults) walk(at jsontext.Pointer, path string, node *schema, found any) {
	if !node.accepts(found) {
		f.add(at, path, "expected "+expected(node)+", found "+show(found))
		return
	}
	switch value := found.(type) {
	case map[string]any:
		for _, key := range node.Required {
			if _, there := value[key]; !there {
				f.add(at, join(path, key), "missing: expected "+expected(node.property(key)))
			}
		}
		for key, v := range value {
			if property := node.property(key); property != nil {
				f.walk(at.AppendToken(key), join(path, key), property, v)
			} else if node.AdditionalProperties != nil {
				f.add(at.AppendToken(key), join(path, key), "unknown key"+node.suggestion(key))
			}
		}
	case []any:
		for i, v := range value {
			f.walk(at.AppendToken(strconv.Itoa(i)), fmt.Sprintf("%s[%d]", path, i), node.Items, v)
		}
	case string:
		switch patterns[node.Pattern] {
		case aTime:
			if _, err := time.Parse(TimeFormat, value); err != nil {
				f.add(at, path, fmt.Sprintf("expected a date that exists, found %q", value))
			}
		case anAddress:
			if !isAddress(value) {
				f.add(at, path, fmt.Sprintf("expected %s, found %q", anAddress, cut(value)))
			}
		}
	case float64:
		if value > math.MaxInt32 {
			f.add(at, path, fmt.Sprintf("expected at most %d, found %s", math.MaxInt32, show(value)))
		}
	}
}

// suggestion returns a question that suggests the known key closest to an unknown
// one, or "" if none is similar.
func (s *schema) suggestion(key string) string {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if levenshtein.ComputeDistance(strings.ToLower(cut(key)), name) <= min(2, len(name)/3) {
			return ": did you mean " + name + "?"
		}
	}
	return ""
}

var plainKey = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$-]*$`)

func join(path, key string) string {
	if !plainKey.MatchString(key) {
		return fmt.Sprintf("%s[%q]", path, cut(key))
	}
	return strings.TrimPrefix(path+"."+cut(key), ".")
}

// checkCertificates finds duplicate thumbprints, and der values that belong to
// another thumbprint. With a wrong der, the decision would name the wrong
// certificate.
func (f *faults) checkCertificates(value any) {
	certificates, _ := value.([]any)
	first := map[string]int{}
	for i, value := range certificates {
		fields, _ := value.(map[string]any)
		at, path := jsontext.Pointer(fmt.Sprintf("/certificates/%d", i)), fmt.Sprintf("certificates[%d]", i)
		print, named := fields["thumbprint"].(string)
		if earlier, again := first[print]; named && again {
			f.add(at+"/thumbprint", path+".thumbprint", fmt.Sprintf("expected each certificate once, found %q, which is also in certificates[%d]", cut(print), earlier))
		} else if named {
			first[print] = i
		}
		text, ok := fields["der"].(string)
		if !ok {
			continue
		}
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			f.add(at+"/der", path+".der", fmt.Sprintf("expected base64: %v", err))
		} else if own := certificate.Thumbprint(der); named && own != print {
			f.add(at+"/der", path+".der", fmt.Sprintf("expected the certificate with the thumbprint %s, found the one with %s", cut(print), own))
		}
	}
}

// sorted returns the error that lists the faults in document order.
func (f *faults) sorted(data []byte) error {
	order := map[jsontext.Pointer]int64{}
	for _, fault := range f.list {
		order[fault.at] = -1
	}
	for d := jsontext.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := d.ReadToken(); err != nil { // the end: data was read before
			break
		}
		if d.StackDepth() > maxDepth {
			continue
		}
		if at := d.StackPointer(); order[at] < 0 {
			order[at] = d.InputOffset()
		}
	}
	for i := range f.list {
		f.list[i].offset = order[f.list[i].at]
	}
	slices.SortStableFunc(f.list, func(a, b fault) int { return cmp.Compare(a.offset, b.offset) })
	var lines []string
	for i, fault := range f.list {
		if i == maxFaults {
			lines = append(lines, fmt.Sprintf("and %d more", len(f.list)-i))
			break
		}
		lines = append(lines, fault.text)
	}
	return errors.New(strings.Join(lines, "\n"))
}

const (
	aTime       = "a time YYYY-MM-DDThh:mm:ssZ"
	aThumbprint = "a thumbprint, 40 uppercase hex digits"
	anAddress   = "an IPv4 or IPv6 address"
)

// patterns describes the schema's regular expressions in words.
var patterns = map[string]string{
	`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$`: aTime,
	`^[0-9A-F]{40}$`:                  aThumbprint,
	`^[0-9]{1,9}(\.[0-9]{1,9}){1,3}$`: "a version, two to four numbers: 15.2.1748.10",
	`^[0-9A-Fa-f:][0-9A-Fa-f:.]*$`:    anAddress,
	`^[0-9]+(\.[0-9]+)+$`:             "an object identifier: 1.3.6.1.5.5.7.3.1",
}

// expected describes in words what the schema allows.
func expected(node *schema) string {
	var words []string
	null := false
	for _, name := range node.Type {
		switch {
		case name == "null":
			null = true
		case node.Pattern != "":
			words = append(words, patterns[node.Pattern])
		case node.Enum != nil:
			for _, value := range node.Enum {
				if value != nil {
					words = append(words, show(value))
				}
			}
		case name == "boolean":
			words = append(words, "true", "false")
		case name == "integer" && node.Minimum != nil:
			words = append(words, fmt.Sprintf("a whole number, %g or more", *node.Minimum))
		case name == "integer":
			words = append(words, "a whole number")
		case name == "string" && node.MinLength > 0:
			words = append(words, "a non-empty string")
		case name == "string":
			words = append(words, "a string")
		case name == "array":
			words = append(words, "an array")
		default:
			words = append(words, "an "+name)
		}
	}
	if null {
		words = append(words, "null")
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// show formats a value for a message.
func show(value any) string {
	switch value := value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case string:
		return strconv.Quote(cut(value))
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// cut shortens text for a message.
func cut(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
