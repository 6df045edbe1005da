package output

import (
	"io"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/printable"
)

// jsonServers is one object for all servers, with errors of documents beside them.
type jsonServers struct {
	w               io.Writer
	servers, errors array
}

func newJSONServers(w io.Writer) *jsonServers {
	return &jsonServers{printable.NewWriter(w, printable.JSON), array{key: "servers", indent: "    "}, array{key: "errors", indent: "    "}}
}

func (j *jsonServers) Fail(document string, why error) error {
	return j.errors.add(struct {
		Document string `json:"document"`
		Message  string `json:"message"`
	}{document, why.Error()})
}

func (j *jsonServers) close(counts any, absent []absentFinding) error {
	return writeWithArrays(j.w, struct {
		Servers []any           `json:"servers"`
		Errors  []any           `json:"errors"`
		Counts  any             `json:"counts"`
		Absent  []absentFinding `json:"absent,omitzero"`
	}{[]any{}, []any{}, counts, absent}, &j.servers, &j.errors)
}

// jsonReport is for programs.
type jsonReport struct {
	*jsonServers
	baseline *baseline.Baseline
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

func (r *jsonReport) Close() error {
	var absent []absentFinding // nil: no baseline
	if r.baseline != nil {
		absent = []absentFinding{}
	}
	gone, _ := r.baseline.Absent()
	for _, f := range gone {
		absent = append(absent, absentFinding{f.RuleID, f.Title, f.Severity, f.Server, f.Message, f.Path, f.Thumbprint, f.Connector, f.Document})
	}
	return r.close(r.counts, absent)
}
