// Package oracle implements in plain Go what the policies implement in Rego.
//
// It is written from docs/specification.md and never from the Rego, so that a
// mistake in one is not repeated in the other. The differential test compares
// the two, and the benchmarks measure one against the other. No command uses
// it.
//
// It omits the wording: an event has no message, remediation or action. A
// document must be valid (policies/schemas/input.json, unique thumbprints).
package oracle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// The places where the process can stop.
const (
	stopConnectorDisabled   = "connector_disabled"
	stopExchangeServerAuth  = "exchange_server_auth_disabled"
	stopSuppressed          = "x_anonymoustls_suppressed"
	stopDirectoryUnreadable = "directory_unreadable"
	stopDirectoryNull       = "directory_null"
	stopNotFound            = "certificate_not_found"
	stopTLSAuth             = "tls_auth_disabled"
	stopNoEligible          = "no_eligible_certificate"
	stopNoBest              = "no_best_certificate"
	stopNotToOrganization   = "not_to_organization"
)

// A server is a document and the facts that all three scenarios need.
type server struct {
	*gather.Document
	now       string
	phase     string
	procedure string
	loaded    *gather.Certificate // the internal transport certificate
	stop      string              // why it is not loaded
}

// Decide evaluates the three scenarios for a valid document. The clock's time
// is used if the document has no now; both are in [gather.TimeFormat] and are
// compared as text.
func Decide(doc *gather.Document, clock string) evaluate.Decision {
	s := server{Document: doc, now: cmp.Or(doc.Now, clock), phase: cmp.Or(doc.Phase, "session"), procedure: procedure(doc)}
	s.loaded, s.stop = load(doc)
	d := evaluate.Decision{
		Server:            doc.Server,
		EvaluatedAt:       s.now,
		Procedure:         s.procedure,
		Phase:             s.phase,
		InboundAnonymous:  s.inboundAnonymous(),
		InboundSTARTTLS:   s.inboundSTARTTLS(),
		OutboundAnonymous: s.outboundAnonymous(),
		Events:            []evaluate.Event{},
		InputErrors:       []string{},
	}
	if doc.ExchangeVersion != "" {
		d.ExchangeVersion = &doc.ExchangeVersion
	}
	type key struct {
		id        int
		connector string
	}
	seen := map[key]bool{}
	for _, e := range slices.Concat(d.InboundAnonymous.Events, d.InboundSTARTTLS.Events, d.OutboundAnonymous.Events) {
		k := key{id: e.ID}
		if e.Connector != nil {
			k.connector = *e.Connector // never empty
		}
		if !seen[k] {
			seen[k] = true
			d.Events = append(d.Events, e)
		}
	}
	d.MailAtRisk = s.mailAtRisk(d)
	return d
}

// procedure returns which published text applies.
func procedure(doc *gather.Document) string {
	if doc.Procedure != "" {
		return doc.Procedure
	}
	major, _, _ := strings.Cut(doc.ExchangeVersion, ".")
	switch n, err := strconv.Atoi(major); {
	case err != nil || n < 14:
		return "2007"
	case n == 14:
		return "2010"
	}
	return "2016"
}

// mailAtRisk reports whether a session may be unencrypted or fail.
func (s server) mailAtRisk(d evaluate.Decision) bool {
	for _, e := range d.Events {
		if e.ID == 12012 || e.ID == 12013 {
			return true
		}
	}
	offered := slices.ContainsFunc(d.InboundAnonymous.Connectors, func(c evaluate.AnonymousConnector) bool { return c.Advertise })
	receives := s.Roles == nil || s.hasRole("Mailbox") || s.hasRole("HubTransport") || s.hasRole("EdgeTransport")
	if !offered && receives {
		return true
	}
	for i, c := range s.Connectors {
		if enabled(c.Enabled) && c.RequireTLS != nil && *c.RequireTLS && !d.InboundSTARTTLS.Connectors[i].Advertise {
			return true
		}
	}
	return false
}

func (s server) hasRole(role string) bool { return slices.Contains(s.Roles, role) }

// enabled returns true if a connector does not say.
func enabled(value *bool) bool { return value == nil || *value }

// load is steps 3 and 4 of both anonymous scenarios: the internal transport
// certificate, or why there is none. A thumbprint in a directory that is not
// readable is ignored.
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

// internalTransportCertificate returns the certificate and expired of a
// decision, regardless of connectors and routes.
func (s server) internalTransportCertificate() (thumbprint *string, expired *bool) {
	if s.loaded == nil {
		return nil, nil
	}
	return &s.loaded.Thumbprint, new(s.expired(s.loaded))
}

func (s server) expired(c *gather.Certificate) bool { return c.NotAfter < s.now }

// internalEvents returns the events of steps 3 to 5. Reading 3: 12012 occurs
// only when the service starts; the others require a connector or route that
// uses the certificate.
func (s server) internalEvents(asked bool) []evaluate.Event {
	log := []evaluate.Event{}
	logged := func(id, step int, symbolicName string) {
		log = append(log, evaluate.Event{ID: id, Source: transport, Step: step, Severity: "error", SymbolicName: &symbolicName})
	}
	if s.phase == "startup" && (s.stop == stopDirectoryUnreadable || s.stop == stopDirectoryNull) {
		logged(12012, 3, "InternalTransportCertificateMissingInAD")
	}
	if asked && s.stop == stopNotFound {
		logged(12013, 4, "CannotLoadInternalTransportCertificateFromStore")
	}
	if asked && s.loaded != nil && s.expired(s.loaded) {
		logged(12015, 5, "InternalTransportCertificateExpired")
	}
	return log
}

// The sources of events.
const (
	transport         = "MSExchangeTransport"
	frontEndTransport = "MSExchangeFrontEndTransport"
)
