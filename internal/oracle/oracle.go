// Package oracle decides in plain Go what the policies decide in Rego.
//
// It is written from docs/specification.md and never from the Rego, so that a
// mistake in the one is not repeated in the other. The differential test holds
// the two against each other, and the benchmarks measure the one by the other.
// No command uses it.
//
// It leaves out the wording: an event has neither message nor remediation nor
// action. A document must be valid (policies/schemas/input.json, thumbprints
// distinct).
package oracle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// Where the process can stop.
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

// A server is a document and what all three scenarios ask of it.
type server struct {
	*gather.Document
	now       string
	phase     string
	procedure string
	loaded    *gather.Certificate // the internal transport certificate
	stop      string              // why it is not loaded
}

// Decide goes through the three scenarios for a valid document. The clock's time
// is used where the document has no now of its own; both are in
// [gather.TimeFormat] and are compared as text.
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

// procedure is which published text applies.
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

// mailAtRisk says whether a session may go unencrypted or fail.
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

// enabled is true where a connector does not say.
func enabled(said *bool) bool { return said == nil || *said }

// load is steps 3 and 4 of both anonymous scenarios: the internal transport
// certificate, or why there is none. What a directory that cannot be read may
// name all the same is nothing.
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

// internalTransportCertificate returns what a decision says of it, whatever the
// connectors and routes say.
func (s server) internalTransportCertificate() (thumbprint *string, expired *bool) {
	if s.loaded == nil {
		return nil, nil
	}
	return &s.loaded.Thumbprint, new(s.expired(s.loaded))
}

func (s server) expired(c *gather.Certificate) bool { return c.NotAfter < s.now }

// internalEvents are those of steps 3 to 5. Reading 3: 12012 belongs to the start
// of the service alone; the others need a connector or route that asks for the
// certificate.
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
