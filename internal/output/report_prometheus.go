package output

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/spool"
)

// prometheusReport is metrics in Prometheus' text format 0.0.4, without
// timestamps, for the textfile collectors of node_exporter and
// windows_exporter.
type prometheusReport struct {
	w         io.Writer
	gauges    gauges
	documents map[string]string // by server
	up        map[string]bool   // by server: whether it could be checked
	complete  bool
}

// Gauges keep the samples of each metric, by its name, until the last one is
// known: they stand together.
type gauges map[string]*spool.Spool

func (g gauges) take(s samples) error {
	for _, sample := range s.all {
		if g[sample.metric] == nil {
			g[sample.metric] = &spool.Spool{}
		}
		if _, err := io.WriteString(g[sample.metric], sample.line); err != nil {
			return err
		}
	}
	return nil
}

// write writes the metrics that have samples, in this order.
func (g gauges) write(w io.Writer, metrics []metric) error {
	for _, metric := range metrics {
		samples := g[metric.name]
		if samples == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "# HELP %s %s\n# TYPE %[1]s gauge\n", metric.name, metric.help); err != nil {
			return err
		}
		if _, err := samples.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

type metric struct{ name, help string }

// metrics has all of them, in the order in which they are written.
var metrics = []metric{
	{"transportcert_run_complete", "Whether every server could be checked (1) or not (0)."},
	{"transportcert_up", "Whether the facts of the server could be read and checked (1) or not (0)."},
	{"transportcert_mail_at_risk", "Whether mail to or from the server is at risk (1) or not (0)."},
	{"transportcert_evaluated_timestamp_seconds", "The time that was decided for."},
	{"transportcert_facts_gathered_timestamp_seconds", "When the facts were gathered; absent where that is not known."},
	{"transportcert_extension_offered", "Whether the Receive connector offers the SMTP extension (1) or not (0)."},
	{"transportcert_extension_not_after_timestamp_seconds", "When the certificate that the Receive connector serves on the SMTP extension expires; absent where it serves none."},
	{"transportcert_certificate_not_before_timestamp_seconds", "When the certificate becomes valid."},
	{"transportcert_certificate_not_after_timestamp_seconds", "When the certificate expires."},
	{"transportcert_certificate_in_use", "1 for each scenario and connector that uses the certificate; without a connector it is the route to the organization's servers."},
	{"transportcert_event", "1 for each event that the server logs."},
	{"transportcert_findings", "How many findings there are that neither a waiver suppresses nor the baseline has."},
	{"transportcert_suppressed_findings", "How many findings a waiver suppresses."},
	{"transportcert_known_findings", "How many findings the baseline has, besides those that a waiver suppresses."},
}

func newPrometheus(w io.Writer) *prometheusReport {
	return &prometheusReport{w: w, gauges: gauges{}, documents: map[string]string{}, up: map[string]bool{}, complete: true}
}

func (r *prometheusReport) Add(c Checked) error {
	server := labelValue(c.Server)
	if other, twice := r.documents[server]; twice {
		return fmt.Errorf("metrics need one document for each server: %s and %s are both of %s",
			printable.Line(other), printable.Line(c.Document), printable.Line(c.Server))
	}
	r.documents[server] = c.Document
	if _, failed := r.up[server]; !failed {
		r.up[server] = true
	}
	s := samples{server: server, seen: map[string]bool{}}
	s.add("transportcert_mail_at_risk", truth(c.MailAtRisk))
	s.time("transportcert_evaluated_timestamp_seconds", c.EvaluatedAt)
	s.time("transportcert_facts_gathered_timestamp_seconds", c.Facts.GatheredAt)
	s.certificates(c)
	s.uses(c)
	for _, event := range c.Events {
		s.add("transportcert_event", 1, "event", strconv.Itoa(event.ID), "severity", event.Severity, "connector", orEmpty(event.Connector))
	}
	s.findings(c.Findings)
	return r.gauges.take(s)
}

// Fail is of a server that is known by the name of its document, which gather
// names for the server. Without a name it is of the run as a whole.
func (r *prometheusReport) Fail(document string, _ error) error {
	r.complete = false
	if document != WholeRun {
		r.up[labelValue(strings.TrimSuffix(filepath.Base(document), ".json"))] = false
	}
	return nil
}

func (r *prometheusReport) Close() error {
	s := samples{seen: map[string]bool{}}
	s.add("transportcert_run_complete", truth(r.complete))
	for _, server := range slices.Sorted(maps.Keys(r.up)) {
		s.server = server
		s.add("transportcert_up", truth(r.up[server]))
	}
	if err := r.gauges.take(s); err != nil {
		return err
	}
	return r.gauges.write(r.w, metrics)
}

// samples are those of one server, each once: a collector refuses a file that
// has one twice.
type samples struct {
	server string // as labelValue returns it
	seen   map[string]bool
	all    []sample
}

type sample struct{ metric, line string }

// add adds a sample. The labels are names and values in turn; one without a
// value is left out, which means the same.
func (s *samples) add(metric string, value int64, labels ...string) {
	var line strings.Builder
	line.WriteString(metric)
	separator, end := "{", ""
	if s.server != "" {
		fmt.Fprintf(&line, `{server="%s"`, s.server)
		separator, end = ",", "}"
	}
	for i := 0; i < len(labels); i += 2 {
		if name, value := labels[i], labels[i+1]; value != "" {
			fmt.Fprintf(&line, `%s%s="%s"`, separator, name, labelValue(value))
			separator, end = ",", "}"
		}
	}
	line.WriteString(end)
	if !s.seen[line.String()] {
		s.seen[line.String()] = true
		s.all = append(s.all, sample{metric, fmt.Sprintf("%s %d\n", line.String(), value)})
	}
}

// labelValue returns text as it stands between quotation marks, in a form that
// passes the writer unchanged.
func labelValue(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable.Harmless(printable.Line(text)))
}

// time adds a time of a document, in seconds since 1970, where it is known.
func (s *samples) time(metric, at string, labels ...string) {
	if t, err := time.Parse(gather.TimeFormat, at); err == nil {
		s.add(metric, t.Unix(), labels...)
	}
}

func (s *samples) certificates(c Checked) {
	for _, certificate := range c.Facts.Certificates {
		labels := []string{"thumbprint", certificate.Thumbprint, "name", title(certificate)}
		s.time("transportcert_certificate_not_before_timestamp_seconds", certificate.NotBefore, labels...)
		s.time("transportcert_certificate_not_after_timestamp_seconds", certificate.NotAfter, labels...)
	}
}

// uses adds what the decision says of connectors and routes.
func (s *samples) uses(c Checked) {
	server := newServer(c.Facts, c.Decision)
	for _, u := range server.uses() {
		connector := orEmpty(u.Connector)
		if u.Thumbprint != nil {
			s.add("transportcert_certificate_in_use", 1, "thumbprint", *u.Thumbprint, "scenario", string(u.Scenario), "connector", connector)
		}
		extension, inbound := extensions[u.Scenario]
		if !inbound {
			continue
		}
		labels := []string{"connector", connector, "extension", extension}
		s.add("transportcert_extension_offered", truth(u.Offered), labels...)
		if u.Thumbprint != nil {
			s.time("transportcert_extension_not_after_timestamp_seconds", server.store[*u.Thumbprint].NotAfter, append(labels, "thumbprint", *u.Thumbprint)...)
		}
	}
}

func (s *samples) findings(findings []evaluate.Finding) {
	type kind struct{ metric, rule, severity string }
	var order []kind
	found := map[kind]int64{}
	for _, finding := range findings {
		k := kind{"transportcert_findings", finding.RuleID, finding.Severity}
		if finding.Suppressed != nil {
			k.metric = "transportcert_suppressed_findings"
		} else if known(finding) {
			k.metric = "transportcert_known_findings"
		}
		if found[k]++; found[k] == 1 {
			order = append(order, k)
		}
	}
	for _, k := range order {
		s.add(k.metric, found[k], "rule", k.rule, "severity", k.severity)
	}
}

func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// orEmpty is the text that there is, or none.
func orEmpty(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
