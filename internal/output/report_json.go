package output

import (
	"encoding/json"
	"io"

	"github.com/transportcert/transportcert/evaluate"
)

// jsonReport is one object for all documents, written by Close.
type jsonReport struct {
	w       io.Writer
	Servers []checkedServer `json:"servers"`
	Errors  []failedServer  `json:"errors"`
	Counts  counts          `json:"counts"`
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
	return &jsonReport{w: w, Servers: []checkedServer{}, Errors: []failedServer{}}
}

func (r *jsonReport) Add(c Checked) error {
	server := checkedServer{
		Server: c.Server, Document: c.Document, Phase: c.Phase, EvaluatedAt: c.EvaluatedAt, Findings: c.Findings,
	}
	for _, finding := range c.Findings {
		server.Counts.add(finding)
		r.Counts.add(finding)
	}
	r.Servers = append(r.Servers, server)
	return nil
}

func (r *jsonReport) Fail(document string, why error) error {
	r.Errors = append(r.Errors, failedServer{document, why.Error()})
	return nil
}

func (r *jsonReport) Close() error {
	encoder := json.NewEncoder(r.w)
	encoder.SetEscapeHTML(false) // as in decisions
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
