// Package baseline compares the findings of a check with those of an earlier
// check, so that a CI gate fails only on new ones.
package baseline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/files"
)

// maxSize limits the size of a baseline, in bytes. It suffices for 20,000
// servers with ten findings each.
const maxSize = 256 << 20

// The states of a finding, as in SARIF 2.1.0, 3.27.24.
const (
	New       = "new"
	Unchanged = "unchanged"
	Absent    = "absent"
)

// Severities lists the severities of findings, worst first.
var Severities = []string{"error", "warning", "info"}

// A Baseline contains the findings of an earlier check.
type Baseline struct {
	left    map[string][]*Finding // not matched yet, by fingerprint
	all     []*Finding
	checked map[string]bool // servers of the new check, in lower case
}

// Finding is a finding of the earlier check, without its remediation and
// references.
type Finding struct {
	evaluate.Finding
	Document string // where it was found

	matched bool
}

// Read reads the output of check -o json. An error names the file and the
// place.
func Read(path string) (*Baseline, error) {
	data, err := files.Read(path, maxSize)
	if err != nil {
		return nil, err
	}
	if data, err = files.Text(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var report struct {
		Servers *[]struct {
			Document string              `json:"document"`
			Findings *[]evaluate.Finding `json:"findings"`
		} `json:"servers"`
	}
	const expected = "expected the output of 'transportcert check -o json'"
	err = jsonv2.Unmarshal(data, &report)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: byte %d: the text ends too early: %s", path, len(data), expected)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, expected, err)
	}
	if report.Servers == nil {
		return nil, fmt.Errorf("%s: %s: servers: expected an array, found none", path, expected)
	}
	b := &Baseline{left: map[string][]*Finding{}, checked: map[string]bool{}}
	for i, server := range *report.Servers {
		if server.Findings == nil {
			return nil, fmt.Errorf("%s: %s: servers[%d].findings: expected an array, found none", path, expected, i)
		}
		for j, f := range *server.Findings {
			at := fmt.Sprintf("servers[%d].findings[%d]", i, j)
			switch {
			case f.RuleID == "":
				return nil, fmt.Errorf("%s: %s.rule_id: expected the id of a rule, found none", path, at)
			case !slices.Contains(Severities, f.Severity):
				return nil, fmt.Errorf("%s: %s.severity: expected one of %s, found %q", path, at, strings.Join(Severities, ", "), f.Severity)
			}
			f.Remediation, f.References = "", nil
			found := &Finding{Document: server.Document, Finding: f}
			key := Fingerprint(f)
			b.left[key] = append(b.left[key], found)
			b.all = append(b.all, found)
		}
	}
	return b, nil
}

// Mark sets the BaselineState of a server's findings. Among equal findings,
// only as many are unchanged as there were before. A finding that was less
// severe before, or that a waiver no longer suppresses, is new, because only
// its earlier form was accepted. A nil Baseline marks nothing.
func (b *Baseline) Mark(server string, findings []evaluate.Finding) {
	if b == nil {
		return
	}
	b.checked[strings.ToLower(server)] = true
	for i := range findings {
		finding := &findings[i]
		key := Fingerprint(*finding)
		finding.BaselineState = New
		match := slices.IndexFunc(b.left[key], func(before *Finding) bool { return accepts(before, finding) })
		if match >= 0 {
			b.left[key][match].matched = true
			b.left[key] = slices.Delete(b.left[key], match, match+1)
			finding.BaselineState = Unchanged
		}
	}
}

func accepts(before *Finding, now *evaluate.Finding) bool {
	return (before.Suppressed == nil || now.Suppressed != nil) &&
		slices.Index(Severities, before.Severity) <= slices.Index(Severities, now.Severity)
}

// Absent returns, in order, the earlier findings that the servers checked since
// no longer have, and the number of findings for servers that were not checked.
func (b *Baseline) Absent() (absent []Finding, notChecked int) {
	if b == nil {
		return nil, 0
	}
	for _, finding := range b.all {
		switch {
		case finding.matched:
		case b.checked[strings.ToLower(finding.Server)]:
			finding.BaselineState = Absent
			absent = append(absent, *finding)
		default:
			notChecked++
		}
	}
	return absent, notChecked
}

// Fingerprint identifies a finding regardless of its wording and of the rest of
// the document: the index of a certificate varies from one document to the
// next. Findings about the same thing have the same fingerprint.
func Fingerprint(finding evaluate.Finding) string {
	text := func(value *string) string {
		if value == nil {
			return ""
		}
		return *value
	}
	sum := sha256.New()
	for _, part := range []string{
		finding.RuleID, strings.ToLower(finding.Server), text(finding.Thumbprint), text(finding.Connector),
		indices.ReplaceAllString(finding.Path, "[]"),
	} {
		fmt.Fprintf(sum, "%q\n", part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

var indices = regexp.MustCompile(`\[[0-9]+\]`)
