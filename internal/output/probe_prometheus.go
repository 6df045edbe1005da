package output

import (
	"io"

	"github.com/transportcert/transportcert/internal/probe"
)

// probeMetrics are in the same format as those of prometheusReport.
type probeMetrics struct {
	w      io.Writer
	gauges gauges
}

// probed has the metrics of a probe, in the order in which they are written.
var probed = []metric{
	{"transportcert_probe_success", "Whether everything that was asked of the server was answered (1) or not (0)."},
	{"transportcert_probe_timestamp_seconds", "When the server was probed."},
	{"transportcert_probe_same_as_decision", "Whether the server answered as decided (1) or not (0); absent where that is not known."},
	{"transportcert_probe_extension_offered", "Whether the server offers the SMTP extension (1) or not (0)."},
	{"transportcert_probe_handshake", "1 for what became of the TLS handshake: completed, failed or unknown."},
	{"transportcert_probe_certificate_not_after_timestamp_seconds", "When the certificate that the server serves on the SMTP extension expires."},
	{"transportcert_probe_certificate_verified", "Whether a verifier would take the certificate's name, chain and dates (1) or not (0); absent where that is not known."},
}

func (m *probeMetrics) Write(r *probe.Result) error {
	s := samples{seen: map[string]bool{}}
	s.add("transportcert_probe_success", truth(r.Answered()), "target", r.Target)
	s.time("transportcert_probe_timestamp_seconds", r.ProbedAt, "target", r.Target)
	if c := r.Comparison; c != nil && c.Same != nil {
		s.add("transportcert_probe_same_as_decision", truth(*c.Same), "target", r.Target, "server", c.Server, "connector", c.Connector)
	}
	if r.Error != "" {
		return m.gauges.take(s)
	}
	for _, scenario := range probe.Scenarios {
		h, labels := r.Of(scenario), []string{"target", r.Target, "extension", probe.Keyword(scenario)}
		s.add("transportcert_probe_extension_offered", truth(h.Offered), labels...)
		if h.Offered {
			s.add("transportcert_probe_handshake", 1, append(labels, "result", h.State, "protocol", h.Protocol, "cipher_suite", h.CipherSuite)...)
		}
		if h.Thumbprint == nil {
			continue
		}
		s.time("transportcert_probe_certificate_not_after_timestamp_seconds", h.Chain[0].NotAfter, append(labels, "thumbprint", *h.Thumbprint)...)
		for _, check := range checksOf(h) {
			if check.OK != nil {
				s.add("transportcert_probe_certificate_verified", truth(*check.OK), append(labels, "check", check.name)...)
			}
		}
	}
	return m.gauges.take(s)
}

func (m *probeMetrics) Close() error { return m.gauges.write(m.w, probed) }
