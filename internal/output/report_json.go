package output

import (
	"io"

	"github.com/transportcert/transportcert/evaluate"
)

// jsonReport is one object for all documents, written by Close.
type jsonReport struct {
	w       io.Writer
	servers array
	errors  array
	counts  counts
}

type checkedServer struct {
	Server      string             `json:"server"`
	Document    string             `json:"document"`
	Phase       string             `json:"phase"`
	EvaluatedAt string             `json:"evaluated_at"`
	Findings    []evaluate.Finding `json:"findings"`
	Counts      counts             `json:"counts"`
}

type failedServer struct {
	Document string `json:"document"`
	Message  string `json:"message"`
}

func newJSONReport(w io.Writer) *jsonReport {
	return &jsonReport{w: w, servers: array{key: "servers", indent: "    "}, errors: array{key: "errors", indent: "    "}}
}

func (r *jsonReport) Add(c Checked) error {
	server := checkedServer{
		Server: c.Server, Document: c.Document, Phase: c.Phase, EvaluatedAt: c.EvaluatedAt, Findings: c.Findings,
	}
	for _, finding := range c.Findings {
		server.Counts.add(finding)
		r.counts.add(finding)
	}
	return r.servers.add(server)
}

func (r *jsonReport) Fail(document string, why error) error {
	return r.errors.add(failedServer{document, why.Error()})
}

func (r *jsonReport) Close() error {
	return writeWithArrays(r.w, struct {
		Servers []any  `json:"servers"`
		Errors  []any  `json:"errors"`
		Counts  counts `json:"counts"`
	}{[]any{}, []any{}, r.counts}, &r.servers, &r.errors)
}
