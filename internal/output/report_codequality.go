package output

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"path/filepath"

	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// codeQuality is GitLab's Code Quality report: one array for all documents,
// written by Close. GitLab knows no waivers, so what a waiver suppresses is left
// out.
type codeQuality struct {
	w      io.Writer
	issues array
	seen   map[string]int // how often each finding occurred, by fingerprint
}

// An issue has the members that GitLab reads.
type issue struct {
	Description string        `json:"description"`
	CheckName   string        `json:"check_name"`
	Fingerprint string        `json:"fingerprint"`
	Severity    string        `json:"severity"` // info, minor, major, critical, blocker
	Location    issueLocation `json:"location"`
}

type issueLocation struct {
	Path  string     `json:"path"` // relative to the root of the repository
	Lines issueLines `json:"lines"`
}

type issueLines struct {
	Begin int `json:"begin"`
}

func newCodeQuality(w io.Writer) *codeQuality {
	return &codeQuality{w: w, issues: array{indent: "  "}, seen: map[string]int{}}
}

func (r *codeQuality) Add(c Checked) error {
	for i, finding := range c.Findings {
		if finding.Suppressed != nil {
			continue
		}
		severity := map[string]string{"error": "critical", "info": "info"}[finding.Severity]
		if severity == "" {
			severity = "major"
		}
		description := headline(finding.RuleID, finding.Title) + ": " + finding.Message
		if err := r.add(severity, finding.RuleID, description, baseline.Fingerprint(finding), c.Places[i]); err != nil {
			return err
		}
	}
	return nil
}

// Fail reports what could not be checked as an issue of its own.
func (r *codeQuality) Fail(document string, why error) error {
	sum := sha256.Sum256([]byte("could not be checked\n" + document))
	return r.add("blocker", "transportcert", "Could not be checked: "+why.Error(), hex.EncodeToString(sum[:]), documents.Place{File: document})
}

// add writes an issue. Of issues with the same fingerprint GitLab shows one, so
// what occurs again gets a fingerprint of its own.
func (r *codeQuality) add(severity, check, description, fingerprint string, place documents.Place) error {
	r.seen[fingerprint]++
	if n := r.seen[fingerprint]; n > 1 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", fingerprint, n))
		fingerprint = hex.EncodeToString(sum[:])
	}
	return r.issues.add(issue{
		Description: description,
		CheckName:   check,
		Fingerprint: fingerprint,
		Severity:    severity,
		Location:    issueLocation{Path: printable.Line(path.Clean(filepath.ToSlash(place.File))), Lines: issueLines{Begin: max(1, place.Line)}},
	})
}

func (r *codeQuality) Close() error { return r.issues.writeAlone(r.w) }
