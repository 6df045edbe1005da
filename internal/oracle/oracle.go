// Package oracle decides in plain Go what the policies decide in Rego.
//
// It is written from docs/specification.md and never from the Rego, so that a
// mistake in the one is not repeated in the other. The differential test holds
// the two against each other, and the benchmarks measure the one by the other.
// No command uses it.
//
// It leaves out the prose: an event here has neither message nor remediation.
// A document must be valid (policies/schemas/input.json, thumbprints distinct).
package oracle

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// Decision is the decision of docs/specification.md#decision. Its JSON is that
// of the policies without the message and remediation of events.
type Decision struct {
	Server      string              `json:"server"`
	Phase       string              `json:"phase"`
	EvaluatedAt string              `json:"evaluated_at"`
	Connectors  []Connector         `json:"connectors"`
	Certificate *string             `json:"certificate"`
	Expired     *bool               `json:"expired"`
	Domains     []string            `json:"domains"`
	Eligible    []string            `json:"eligible"`
	Ineligible  map[string][]string `json:"ineligible"`
	Best        *string             `json:"best"`
	BestKind    *string             `json:"best_kind"`
	MatchesBest *bool               `json:"matches_best"`
	Events      []Event             `json:"events"`
	InputErrors []string            `json:"input_errors"` // always empty: the document is valid
}

// Connector is the verdict for one Receive connector.
type Connector struct {
	Name        string  `json:"name"`
	Advertise   bool    `json:"advertise_x_anonymoustls"`
	Certificate *string `json:"certificate"`
	StoppedAt   *string `json:"stopped_at"`
}

// Event is an entry of the Application log, without its prose.
type Event struct {
	ID           int     `json:"id"`
	Source       string  `json:"source"`
	Step         int     `json:"step"`
	Severity     string  `json:"severity"`
	SymbolicName *string `json:"symbolic_name"`
}

// Decide goes through the nine steps for a valid document. The clock's time is
// used where the document has no now of its own; both are in
// [gather.TimeFormat] and are compared as text.
func Decide(doc *gather.Document, clock string) Decision {
	now := cmp.Or(doc.Now, clock)
	phase := cmp.Or(doc.Phase, "session")

	// Steps 3 and 4 ask nothing of a connector: one answer for the server.
	loaded, stop := load(doc)
	domains := domainList(doc.Host)
	eligible, ineligible := sift(doc.Certificates, domains)
	best, kind := choose(eligible, now)

	d := Decision{
		Server:      doc.Server,
		Phase:       phase,
		EvaluatedAt: now,
		Connectors:  []Connector{},
		Domains:     domains,
		Eligible:    thumbprints(eligible),
		Ineligible:  ineligible,
		Events:      []Event{},
		InputErrors: []string{},
	}
	for _, c := range doc.Connectors {
		d.Connectors = append(d.Connectors, verdict(c, loaded, stop))
	}
	if loaded != nil {
		d.Certificate = &loaded.Thumbprint
		d.Expired = new(loaded.NotAfter < now)
	}
	if best != nil {
		d.Best, d.BestKind = &best.Thumbprint, &kind
	}
	if loaded != nil && best != nil {
		d.MatchesBest = new(loaded.Thumbprint == best.Thumbprint)
	}
	d.Events = append(d.Events, events(doc, phase, stop, d)...)
	return d
}

// Where the process can stop.
const (
	stopConnectorDisabled   = "connector_disabled"
	stopExchangeServerAuth  = "exchange_server_auth_disabled"
	stopDirectoryUnreadable = "directory_unreadable"
	stopDirectoryNull       = "directory_null"
	stopNotFound            = "certificate_not_found"
)

// load is steps 3 and 4: the internal transport certificate, or why there is
// none. What a directory that cannot be read may name all the same is nothing.
func load(doc *gather.Document) (loaded *gather.Certificate, stop string) {
	if !doc.Directory.Readable {
		return nil, stopDirectoryUnreadable
	}
	named := doc.Directory.InternalTransportCertificate
	if named == nil {
		return nil, stopDirectoryNull
	}
	for i := range doc.Certificates {
		if doc.Certificates[i].Thumbprint == *named {
			return &doc.Certificates[i], ""
		}
	}
	return nil, stopNotFound
}

// verdict is what one connector does: whether it takes sessions at all
// (reading 4), step 2, and then what steps 3 and 4 found.
func verdict(c gather.Connector, loaded *gather.Certificate, stop string) Connector {
	v := Connector{Name: c.Name}
	switch {
	case !enabled(c):
		v.StoppedAt = new(stopConnectorDisabled)
	case !exchangeServer(c):
		v.StoppedAt = new(stopExchangeServerAuth)
	case loaded == nil:
		v.StoppedAt = &stop
	default:
		v.Advertise, v.Certificate = true, &loaded.Thumbprint
	}
	return v
}

func enabled(c gather.Connector) bool { return c.Enabled == nil || *c.Enabled }

func exchangeServer(c gather.Connector) bool {
	return slices.Contains(c.AuthMechanisms, "ExchangeServer")
}

// domainList is step 6.
func domainList(h *gather.Host) []string {
	names := []string{h.DNSHostName, h.PhysicalDNSFQDN, h.PhysicalDNSHostName}
	if len(h.NLBClusterNames) > 0 {
		names = append(names, h.NLBClusterNames...)
	} else {
		names = append(names, h.DNSFQDN)
	}
	domains := []string{}
	for _, name := range names {
		if name = normal(name); name != "" {
			domains = append(domains, name)
		}
	}
	slices.Sort(domains)
	return slices.Compact(domains)
}

// normal is reading 8: neither case nor one trailing dot tells names apart.
func normal(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// sift is step 7, and the order of step 8: the eligible, most recent first,
// and the reasons against the others.
func sift(store []gather.Certificate, domains []string) (eligible []*gather.Certificate, ineligible map[string][]string) {
	ineligible = map[string][]string{}
	for i := range store {
		c := &store[i]
		if why := reasons(c, domains); len(why) > 0 {
			ineligible[c.Thumbprint] = why
		} else {
			eligible = append(eligible, c)
		}
	}
	slices.SortFunc(eligible, func(a, b *gather.Certificate) int {
		return cmp.Or(
			cmp.Compare(b.NotBefore, a.NotBefore),
			cmp.Compare(a.Thumbprint, b.Thumbprint), // reading 9
		)
	})
	return eligible, ineligible
}

// reasons says, sorted, which criteria of step 7 a certificate fails. What is
// not known fails too, under a name of its own (reading 11).
func reasons(c *gather.Certificate, domains []string) []string {
	var why []string
	if c.Version < 3 {
		why = append(why, "version_below_3")
	}
	if c.HasPrivateKey == nil {
		why = append(why, "private_key_unknown")
	} else if !*c.HasPrivateKey {
		why = append(why, "no_private_key")
	}
	named := func(name string) bool { return slices.Contains(domains, normal(name)) }
	if !slices.ContainsFunc(c.SubjectCommonNames, named) && !slices.ContainsFunc(c.DNSNames, named) {
		why = append(why, "name_mismatch")
	}
	if c.Services == nil {
		why = append(why, "services_unknown")
	} else if !slices.Contains(c.Services, "SMTP") {
		why = append(why, "smtp_not_enabled")
	}
	slices.Sort(why)
	return why
}

// choose is the rest of step 8: the first valid PKI certificate, else the
// first self-signed one, and which of the two it is.
func choose(eligible []*gather.Certificate, now string) (best *gather.Certificate, kind string) {
	for _, c := range eligible {
		if validPKI(c, now) {
			return c, "pki"
		}
	}
	for _, c := range eligible {
		if c.SelfSigned != nil && *c.SelfSigned {
			return c, "self_signed"
		}
	}
	return nil, ""
}

// validPKI is reading 5. A missing fact makes it false.
func validPKI(c *gather.Certificate, now string) bool {
	t := c.Trust
	issued := c.SelfSigned != nil && !*c.SelfSigned
	revoked := t.Revoked != nil && *t.Revoked
	inWindow := t.ValidFrom != nil && t.ValidUntil != nil && *t.ValidFrom <= now && now <= *t.ValidUntil
	return issued && t.Chain == gather.ChainTrusted && inWindow && !revoked
}

// events says what lands in the log, by step. Reading 3: 12012 belongs to the
// start of the service alone; the others need a connector that got past step 2.
func events(doc *gather.Document, phase, stop string, d Decision) []Event {
	var log []Event
	logged := func(id, step int, severity string, symbolicName *string) {
		log = append(log, Event{id, "MSExchangeTransport", step, severity, symbolicName})
	}
	if phase == "startup" && (stop == stopDirectoryUnreadable || stop == stopDirectoryNull) {
		logged(12012, 3, "error", new("InternalTransportCertificateMissingInAD"))
	}
	if !slices.ContainsFunc(doc.Connectors, func(c gather.Connector) bool { return enabled(c) && exchangeServer(c) }) {
		return log
	}
	if stop == stopNotFound {
		logged(12013, 4, "error", new("CannotLoadInternalTransportCertificateFromStore"))
	}
	if d.Expired != nil && *d.Expired {
		logged(12015, 5, "error", new("InternalTransportCertificateExpired"))
	}
	if d.MatchesBest != nil && !*d.MatchesBest {
		logged(1037, 9, "warning", nil)
	}
	return log
}

func thumbprints(certificates []*gather.Certificate) []string {
	out := []string{}
	for _, c := range certificates {
		out = append(out, c.Thumbprint)
	}
	return out
}
