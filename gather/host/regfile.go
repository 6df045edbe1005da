package host

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/files"
)

// maxRegFile limits the size of an export, in bytes. An export of the key WLBS
// has a few thousand.
const maxRegFile = 16 << 20

// regHeader is the first line of an export. Strings that it has as hex are UTF-16.
const regHeader = "Windows Registry Editor Version 5.00"

// RegFile adds the cluster names of Network Load Balancing to the host section
// of another gatherer, from an export of the registry key
// HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WLBS.
type RegFile struct {
	Path   string
	Files  fs.FS         // contains Path; nil: the system's files
	Report gather.Report // interfaces without a cluster name; nil: discarded
}

// Gather adds the names. It fails if the file is not an export or has no key of
// an interface, and if there is no host section yet.
func (r RegFile) Gather(_ context.Context, doc *gather.Document) error {
	if doc.Host == nil {
		return fmt.Errorf("cluster names from %s: expected a host section to add them to, found none", r.Path)
	}
	data, err := files.ReadFrom(r.Files, r.Path, maxRegFile)
	if err != nil {
		return fmt.Errorf("registry export: %w", err)
	}
	keys, err := parseReg(data)
	if err != nil {
		return fmt.Errorf("registry export: %s: %w", r.Path, err)
	}
	if len(keys) == 0 {
		return fmt.Errorf(`registry export: %s: expected a key HKEY_LOCAL_MACHINE\%s\{GUID}, found none`, r.Path, interfacesKey)
	}
	if keys, err = currentSet(keys); err != nil {
		return fmt.Errorf("registry export: %s: %w", r.Path, err)
	}
	doc.Host.NLBClusterNames = clusterNames(keys, func(sentence string) { r.Report.Sentence("%s: %s", r.Path, sentence) })
	source := "reg:" + r.Path
	if before := doc.Sources["host"]; before != "" {
		source = before + ", " + source
	}
	doc.SetSource("host", source)
	return nil
}

// parseReg returns the keys of interfaces in an export and ignores all others.
// An error names the line.
func parseReg(data []byte) ([]clusterKey, error) {
	text, err := files.Text(data)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	if i := slices.IndexFunc(lines, func(line string) bool { return !utf8.ValidString(line) }); i >= 0 {
		return nil, fmt.Errorf("line %d: expected UTF-8, or UTF-16 with a byte order mark", i+1)
	}
	if strings.TrimSpace(lines[0]) != regHeader {
		return nil, fmt.Errorf("line 1: expected %q", regHeader)
	}
	var keys []clusterKey
	current := -1 // index of the current key; -1: an ignored one
	for number := 1; number < len(lines); number++ {
		first, line := number, strings.TrimSpace(lines[number])
		var before strings.Builder // the lines that this one continues
		for strings.HasSuffix(line, `\`) && number+1 < len(lines) {
			before.WriteString(strings.TrimSuffix(line, `\`))
			number++
			line = strings.TrimSpace(lines[number])
		}
		line = before.String() + line
		if strings.HasPrefix(line, "[") {
			current = -1
			if set, guid, ok := interfaceGUID(line); ok {
				current = len(keys)
				keys = append(keys, clusterKey{set: set, guid: guid})
			}
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if current < 0 || !strings.EqualFold(name, `"`+clusterNameValue+`"`) {
			continue
		}
		if keys[current].name, err = regText(value); errors.Is(err, errNotText) {
			keys[current].fault = err.Error()
		} else if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", first+1, clusterNameValue, err)
		}
	}
	return keys, nil
}

// interfaceKey matches the line of an interface's key. CurrentControlSet is a
// link to one of the numbered sets, which is what an export from an offline
// Windows has.
var interfaceKey = regexp.MustCompile(`(?i)^\[HKEY_LOCAL_MACHINE\\SYSTEM\\(CurrentControlSet|ControlSet\d{3})\\` +
	`Services\\WLBS\\Parameters\\Interface\\(\{[0-9a-f-]{36}\})\]$`)

// interfaceGUID returns the control set and the last part of a line
// [HKEY_LOCAL_MACHINE\…\{GUID}].
func interfaceGUID(line string) (set, guid string, ok bool) {
	parts := interfaceKey.FindStringSubmatch(line)
	if parts == nil || !guidPattern.MatchString(parts[2]) {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// currentSet returns the keys of the current control set: CurrentControlSet, or
// the only one in the export. An export with several numbered sets does not
// show which one is current, so they must have the same cluster names.
func currentSet(keys []clusterKey) ([]clusterKey, error) {
	sets := map[string][]clusterKey{}
	var order []string
	for _, key := range keys {
		set := strings.ToLower(key.set)
		if sets[set] == nil {
			order = append(order, set)
		}
		sets[set] = append(sets[set], key)
	}
	if current := sets["currentcontrolset"]; current != nil {
		return current, nil
	}
	first := sets[order[0]]
	for _, set := range order[1:] {
		if !slices.Equal(clusterNames(first, nil), clusterNames(sets[set], nil)) {
			return nil, fmt.Errorf(`expected the keys of one control set, found %s and %s with different cluster names: export HKLM\SYSTEM\CurrentControlSet\Services\WLBS`, first[0].set, sets[set][0].set)
		}
	}
	return first, nil
}

var errNotText = errors.New("it is not text (REG_SZ)")

// regText decodes a value: "text", or hex(1): or hex(2): and its bytes.
func regText(value string) (string, error) {
	if quoted, ok := strings.CutPrefix(value, `"`); ok {
		text, ok := strings.CutSuffix(quoted, `"`)
		if !ok {
			return "", errors.New("expected the text to end with a quotation mark")
		}
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(text), nil
	}
	digits, ok := strings.CutPrefix(value, "hex(1):")
	if !ok {
		if digits, ok = strings.CutPrefix(value, "hex(2):"); !ok {
			return "", errNotText
		}
	}
	data, err := hex.DecodeString(strings.ReplaceAll(digits, ",", ""))
	if err != nil {
		return "", fmt.Errorf("expected bytes in hex: %w", err)
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().String(string(data))
	text, _, _ = strings.Cut(text, "\x00")
	return text, err
}
