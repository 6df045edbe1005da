package output

import (
	"io"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
)

// jsonReport is one object for all documents, written by Close.
type jsonReport struct {
	w        io.Writer
	baseline *baseline.Baseline
	servers  array
	errors   array
	counts   counts
}

type checkedServer struct {
	Server      string            `json:"server"`
	Document    string            `json:"document"`
	Phase       string            `json:"phase"`
	EvaluatedAt string            `json:"evaluated_at"`
	Findings    []comparedFinding `json:"findings"`
	Plan        evaluate.Plan     `json:"plan"`
	Counts      counts            `json:"counts"`
}

// A comparedFinding has its baseline_state where there is a baseline.
type comparedFinding struct {
	evaluate.Finding
	State string `json:"baseline_state,omitempty"`
}

// An absentFinding is one of the baseline that is there no more.
type absentFinding struct {
	RuleID     string  `json:"rule_id"`
	Title      string  `json:"title"`
	Severity   string  `json:"severity"`
	Server     string  `json:"server"`
	Message    string  `json:"message"`
	Path       string  `json:"path"`
	Thumbprint *string `json:"thumbprint"`
	Connector  *string `json:"connector"`
	Document   string  `json:"document"` // of the earlier check
}

type failedServer struct {
	Document string `json:"document"`
	Message  string `json:"message"`
}

func newJSONReport(w io.Writer, before *baseline.Baseline) *jsonReport {
	return &jsonReport{w: w, baseline: before, servers: array{key: "servers", indent: "    "}, errors: array{key: "errors", indent: "    "}}
}

func (r *jsonReport) Add(c Checked) error {
	server := checkedServer{
		Server: c.Server, Document: c.Document, Phase: c.Phase, EvaluatedAt: c.EvaluatedAt, Plan: c.Plan,
		Findings: make([]comparedFinding, 0, len(c.Findings)),
	}
	for _, finding := range c.Findings {
		server.Findings = append(server.Findings, comparedFinding{finding, finding.BaselineState})
		server.Counts.add(finding)
		r.counts.add(finding)
	}
	return r.servers.add(server)
}

func (r *jsonReport) Fail(document string, why error) error {
	return r.errors.add(failedServer{document, why.Error()})
}

func (r *jsonReport) Close() error {
	var absent []absentFinding // nil: no baseline
	if r.baseline != nil {
		absent = []absentFinding{}
	}
	gone, _ := r.baseline.Absent()
	for _, f := range gone {
		absent = append(absent, absentFinding{f.RuleID, f.Title, f.Severity, f.Server, f.Message, f.Path, f.Thumbprint, f.Connector, f.Document})
	}
	return writeWithArrays(r.w, struct {
		Servers []any           `json:"servers"`
		Errors  []any           `json:"errors"`
		Counts  counts          `json:"counts"`
		Absent  []absentFinding `json:"absent,omitzero"`
	}{[]any{}, []any{}, r.counts, absent}, &r.servers, &r.errors)
}
