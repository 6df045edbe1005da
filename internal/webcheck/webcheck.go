// Package webcheck checks the files that were dropped on the web page: it
// recognizes each file, gathers documents from them, and checks the documents
// as "transportcert check" does.
//
// It does not read the file system. The content of a file replaces the
// command-line flag: a zip file or CLIXML belongs to --exports, PEM that
// contains only self-issued CA certificates to --roots, and so on; see [Role].
package webcheck

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/printable"
)

// maxBytes limits the total size of the files, in bytes.
const maxBytes = 256 << 20

// A File is a dropped file.
type File struct {
	Name     string // including the dropped folders: stores/EX01/mail.pem
	Data     []byte
	Modified time.Time
	Role     Role   // empty: determined by its content
	Password []byte // for a PKCS#12 file
}

// Options says how to check.
type Options struct {
	At        string // evaluate at this time; empty: at the document's now
	Procedure string // empty: the procedure of each document
	Version   string // of this program, for the reports
	Progress  Progress
}

// Progress is called with the current task and its progress; of is 0 if it is
// unknown.
type Progress func(what string, done, of int)

// A Checker checks files. It compiles the policies once.
type Checker struct {
	evaluator *evaluate.Evaluator
	waivers   []byte // used to create evaluator
}

// A Result is the result for a set of files.
type Result struct {
	Files   []Described `json:"files"`
	Notes   []string    `json:"notes"` // what was skipped or could not be read
	Servers []Server    `json:"servers"`
	Failed  []Failure   `json:"failed"` // documents that could not be checked

	run       run
	evaluator *evaluate.Evaluator
	rules     []evaluate.Rule
	checked   []output.Checked
}

// Described describes a file.
type Described struct {
	Name  string   `json:"name"`
	Role  Role     `json:"role"`
	Roles []Role   `json:"roles"` // roles to choose from; empty: no choice
	Holds []string `json:"holds"` // connectors of EX01 (5), …
}

// A Server is a server that was checked.
type Server struct {
	Name         string          `json:"name"`
	Document     string          `json:"document"`
	Verdict      string          `json:"verdict"`
	EvaluatedAt  string          `json:"evaluated_at"`
	Errors       int             `json:"errors"`
	Warnings     int             `json:"warnings"`
	UnknownTrust int             `json:"unknown_trust"` // certificates
	NotGathered  []Section       `json:"not_gathered"`  // optional sections that were not gathered
	Certificates []CertificateIn `json:"certificates"`
}

// A CertificateIn is a certificate in a server's store.
type CertificateIn struct {
	Thumbprint string `json:"thumbprint"`
	Name       string `json:"name"` // friendly name or subject
	NotAfter   string `json:"not_after"`
}

// A Section is a section that was not gathered, with the command that exports
// it, if any.
type Section struct {
	Name    string `json:"name"`
	Command string `json:"command"`
}

// A Failure is the reason why a document could not be checked.
type Failure struct {
	Document string    `json:"document"`
	Message  string    `json:"message"`
	Missing  []Section `json:"missing"`
}

// Check recognizes the files and checks their servers. A problem with a single
// file or server is part of the result; an error means that the whole check
// failed.
func (c *Checker) Check(ctx context.Context, files []File, options Options) (*Result, error) {
	if options.Progress == nil {
		options.Progress = func(string, int, int) {}
	}
	if err := options.check(files); err != nil {
		return nil, err
	}
	r := &Result{
		Files: []Described{}, Notes: []string{}, Servers: []Server{}, Failed: []Failure{},
		run: run{options: options, files: fstest.MapFS{}, limits: documents.Limits{}.WithDefaults(), noted: map[string]bool{}, holds: map[string]map[string]int{}},
	}
	r.run.note = func(sentence string) {
		if !r.run.noted[sentence] {
			r.run.noted[sentence] = true
			r.Notes = append(r.Notes, printable.Message(sentence))
		}
	}
	for _, f := range files {
		if f.Role == "" || f.Role == Unknown {
			f.Role = roleOf(f.Name, f.Data)
		}
		r.describe(f)
		r.run.add(f)
	}
	var err error
	if r.rules, err = c.prepare(ctx, r); err != nil {
		return nil, err
	}
	r.evaluator = c.evaluator
	for document, err := range r.run.documents(ctx) {
		if err == nil {
			err = c.add(ctx, r, document)
		}
		if err != nil {
			r.fail(document.Name, err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	for i, f := range r.Files {
		for _, what := range slices.Sorted(maps.Keys(r.run.holds[f.Name])) {
			r.Files[i].Holds = append(r.Files[i].Holds, fmt.Sprintf("%s (%d)", what, r.run.holds[f.Name][what]))
		}
	}
	if len(r.Servers)+len(r.Failed) == 0 {
		return r, errors.New("expected exports of the Exchange Management Shell or documents, found none")
	}
	return r, nil
}

func (o Options) check(files []File) error {
	if o.At != "" && !gather.IsTime(o.At) {
		return fmt.Errorf("time: expected YYYY-MM-DDThh:mm:ssZ, found %q", o.At)
	}
	if o.Procedure != "" && !slices.Contains(gather.Procedures, o.Procedure) {
		return fmt.Errorf("procedure: expected one of %s, found %q", strings.Join(gather.Procedures, ", "), o.Procedure)
	}
	size := 0
	seen := map[string]bool{}
	for _, f := range files {
		if size += len(f.Data); size > maxBytes {
			return fmt.Errorf("expected files of at most %d bytes together, found more", maxBytes)
		}
		if !fs.ValidPath(f.Name) {
			return fmt.Errorf("%q: expected a name without .. and without empty parts", f.Name)
		}
		if seen[f.Name] {
			return fmt.Errorf("%s: expected unique names, found two files with this name", printable.Line(f.Name))
		}
		seen[f.Name] = true
	}
	return nil
}

func (r *Result) describe(f File) {
	d := Described{Name: f.Name, Role: f.Role, Roles: []Role{}, Holds: []string{}}
	if bytes.Contains(f.Data, []byte("-----BEGIN CERTIFICATE-----")) && (f.Role == Roots || f.Role == Certificates) {
		d.Roles = []Role{Certificates, Roots}
	}
	r.Files = append(r.Files, d)
}

// prepare compiles the policies with the waivers from the files.
func (c *Checker) prepare(ctx context.Context, r *Result) ([]evaluate.Rule, error) {
	waivers := r.run.of(Waivers)
	if len(waivers) > 1 {
		return nil, fmt.Errorf("%s: expected one file of waivers, found %d", strings.Join(waivers, ", "), len(waivers))
	}
	var text []byte
	var options []evaluate.Option
	if len(waivers) == 1 {
		text = r.run.files[waivers[0]].Data
		options = append(options, evaluate.WithWaiversFrom(r.run.files, waivers[0]))
	}
	if c.evaluator == nil || !bytes.Equal(text, c.waivers) {
		r.run.options.Progress("Compiling the policies", 0, 0)
		evaluator, err := evaluate.New(ctx, options...)
		if err != nil {
			return nil, err
		}
		c.evaluator, c.waivers = evaluator, text
	}
	return c.evaluator.Rules(ctx) // which compiles the compliance rules
}

// add checks a document.
func (c *Checker) add(ctx context.Context, r *Result, document documents.Document) (err error) {
	if document.Document, err = document.Decode(); err != nil {
		return err
	}
	facts := document.Document
	facts.Now = cmp.Or(r.run.options.At, facts.Now)
	facts.Procedure = cmp.Or(r.run.options.Procedure, facts.Procedure)
	checked, err := c.evaluator.Check(ctx, facts)
	if err != nil {
		return fmt.Errorf("%s: %w", printable.Line(document.Name), err)
	}
	r.checked = append(r.checked, output.Checked{
		Document: document.Name, Facts: facts, Decision: checked.Decision, Findings: checked.Findings,
		Plan: checked.Plan, Places: document.Places(evaluate.Paths(checked.Findings)),
	})
	r.Servers = append(r.Servers, described(document.Name, facts, checked))
	r.run.options.Progress("Checking the servers", len(r.Servers), r.run.servers)
	return nil
}

func described(name string, facts *gather.Document, checked *evaluate.Checked) Server {
	s := Server{
		Name: facts.Server, Document: name, Verdict: checked.Plan.Verdict, EvaluatedAt: checked.Decision.EvaluatedAt,
		UnknownTrust: facts.UnknownTrust(), NotGathered: []Section{}, Certificates: []CertificateIn{},
	}
	for _, finding := range checked.Findings {
		switch {
		case output.FailOn("error").Fails(finding):
			s.Errors++
		case output.FailOn("warning").Fails(finding):
			s.Warnings++
		}
	}
	there := slices.Collect(facts.Gathered())
	for _, section := range []string{"exchange_version", "roles", "send_connectors", "edge_subscriptions", "hybrid"} {
		if !slices.Contains(there, section) {
			s.NotGathered = append(s.NotGathered, sectionOf(section))
		}
	}
	for _, certificate := range facts.Certificates {
		s.Certificates = append(s.Certificates, CertificateIn{
			Thumbprint: certificate.Thumbprint, Name: cmp.Or(certificate.FriendlyName, certificate.Subject), NotAfter: certificate.NotAfter,
		})
	}
	return s
}

func sectionOf(name string) Section {
	of := map[string]string{"exchange_version": "host", "roles": "host"}
	return Section{name, exports.Command(cmp.Or(of[name], name))}
}

func (r *Result) fail(document string, why error) {
	failure := Failure{Document: document, Message: printable.Report(why.Error()), Missing: []Section{}}
	missing := (*collect.MissingError)(nil)
	if errors.As(why, &missing) {
		for _, section := range missing.Sections {
			failure.Missing = append(failure.Missing, sectionOf(section))
		}
	}
	r.Failed = append(r.Failed, failure)
}
