// Package baseline compares the findings of a check with those of an earlier
// one, so that a gate fails on new ones only.
package baseline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/files"
)

// maxSize is the largest baseline that is read, in bytes: that of a forest of
// 20,000 servers with ten findings each.
const maxSize = 256 << 20

// The states of a finding, as in SARIF 2.1.0, 3.27.24.
const (
	New       = "new"
	Unchanged = "unchanged"
	Absent    = "absent"
)

// Severities lists the severities of findings, the worst first.
var Severities = []string{"error", "warning", "info"}

// A Baseline holds the findings of an earlier check.
type Baseline struct {
	left    map[string][]*Finding // that have no counterpart yet, by fingerprint
	all     []*Finding
	checked map[string]bool // servers of the new check, in lower case
}

// Finding is a finding of the earlier check, without its remediation and
// references.
type Finding struct {
	evaluate.Finding
	Document string // in which it was found

	matched bool
}

// Read reads what check -o json wrote. An error names the file and the place.
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
			Document string `json:"document"`
			Findings *[]struct {
				RuleID     string  `json:"rule_id"`
				Title      string  `json:"title"`
				Severity   string  `json:"severity"`
				Server     string  `json:"server"`
				Message    string  `json:"message"`
				Path       string  `json:"path"`
				Thumbprint *string `json:"thumbprint"`
				Connector  *string `json:"connector"`
				Suppressed *struct {
					Reason string `json:"reason"`
				} `json:"suppressed"`
			} `json:"findings"`
		} `json:"servers"`
	}
	const expected = "expected what 'transportcert check -o json' writes"
	if err := jsonv2.Unmarshal(data, &report); err != nil {
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
			found := &Finding{Document: server.Document, Finding: evaluate.Finding{
				RuleID: f.RuleID, Title: f.Title, Severity: f.Severity, Server: f.Server, Message: f.Message,
				Path: f.Path, Thumbprint: f.Thumbprint, Connector: f.Connector,
			}}
			if f.Suppressed != nil {
				found.Suppressed = &evaluate.Suppression{Reason: f.Suppressed.Reason}
			}
			key := Fingerprint(found.Finding)
			b.left[key] = append(b.left[key], found)
			b.all = append(b.all, found)
		}
	}
	return b, nil
}

// Mark sets the BaselineState of a server's findings. Of several that are equal
// only as many are unchanged as there were before. One that was less severe
// before is new, and so is one that a waiver suppressed and no longer does: both
// were accepted as what they were. A nil Baseline marks nothing.
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

// Absent returns the earlier findings, in their order, that the servers checked
// meanwhile no longer have, and how many are of servers that were not checked.
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

// Fingerprint tells a finding from others whatever its wording is and whatever
// else is in the document: a certificate's place in it changes from one time to
// the next. Findings that are about the same thing have the same one.
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
