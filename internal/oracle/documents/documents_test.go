package documents_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

const clock = "2026-11-22T07:00:00Z"

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := documents.Document().Draw(t, "document")
		text, err := json.Marshal(doc)
		require.NoError(t, err)
		back, err := gather.Decode(text)
		require.NoError(t, err)
		require.Equal(t, oracle.Decide(doc, clock), oracle.Decide(back, clock))
	})
}

func TestJSONIsValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, err := gather.Decode(documents.JSON().Draw(t, "document"))
		require.NoError(t, err)
	})
}

// A differential test says nothing about cases that its documents never reach:
// each outcome below occurs in at least one document of a hundred.
func TestDocumentReachesEveryOutcome(t *testing.T) {
	t.Parallel()
	const many = 3000
	seen := map[string]int{}
	generator := documents.Document()
	for seed := range many {
		for outcome := range outcomes(generator.Example(seed)) {
			seen[outcome]++
		}
	}
	for _, outcome := range []string{
		"advertised", "connector_disabled", "exchange_server_auth_disabled", "x_anonymoustls_suppressed",
		"directory_unreadable", "directory_null", "certificate_not_found",
		"no connectors", "empty store", "eight certificates",
		"session 12013", "session 12015", "session 1037", "startup 12012", "startup 12013", "startup 12015", "startup 1037",
		"12012 without ExchangeServer", "mismatch without 1037", "suppressed, but in 2007",
		"version_below_3", "no_private_key", "private_key_unknown", "name_mismatch", "smtp_not_enabled", "services_unknown", "four reasons",
		"pki", "self_signed", "eligible but no best", "matches", "pki is not the first", "tie", "expired", "not expired", "ends now", "NLB names",
		"procedure 2007", "procedure 2010", "procedure 2016", "procedure is not that of the version", "version not gathered",

		"starttls offered", "starttls connector_disabled", "starttls tls_auth_disabled", "starttls certificate_not_found",
		"starttls no_eligible_certificate", "starttls no_best_certificate", "starttls by tls_certificate_name", "starttls by fqdn", "starttls by physical_fqdn",
		"starttls pki", "starttls self_signed", "starttls expired_pki", "starttls expired", "starttls tie", "starttls by a wildcard",
		"starttls two match a TlsCertificateName", "starttls event of the front end", "starttls expired_pki that has not ended itself",

		"role mailbox", "role edge", "role other", "role unknown", "implicit route", "route used",
		"route connector_disabled", "route exchange_server_auth_disabled", "route not_to_organization", "route certificate_not_found",
		"missing roles", "missing send_connectors", "12013 outbound alone", "12015 outbound alone",

		"mail at risk", "mail not at risk", "at risk by require_tls alone", "at risk by 12012 or 12013 alone", "at risk by X-ANONYMOUSTLS alone",
		"not offered and not at risk", "an event left out",
	} {
		require.Greater(t, seen[outcome], many/100, outcome)
	}
	require.Zero(t, seen["session 12012"])
}

func outcomes(doc *gather.Document) map[string]bool {
	whole := oracle.Decide(doc, clock)
	is := map[string]bool{}
	inboundAnonymous(doc, whole.InboundAnonymous, is)
	inboundSTARTTLS(doc, whole.InboundSTARTTLS, is)
	outboundAnonymous(whole, is)
	is["procedure "+whole.Procedure] = true
	is["version not gathered"] = doc.ExchangeVersion == ""
	is["procedure is not that of the version"] = doc.ExchangeVersion == "15.2.1748.10" && whole.Procedure != "2016"
	risk(doc, whole, is)
	for outcome, yes := range is {
		if !yes {
			delete(is, outcome)
		}
	}
	return is
}

func inboundAnonymous(doc *gather.Document, d evaluate.InboundAnonymousDecision, is map[string]bool) {
	is["no connectors"] = len(d.Connectors) == 0
	is["empty store"] = len(doc.Certificates) == 0
	is["eight certificates"] = len(doc.Certificates) == 8
	is["NLB names"] = len(doc.Host.NLBClusterNames) > 0
	is["expired"] = d.Expired != nil && *d.Expired
	is["not expired"] = d.Expired != nil && !*d.Expired
	is["matches"] = d.MatchesBest != nil && *d.MatchesBest
	exchangeServer := false
	for i, c := range d.Connectors {
		exchangeServer = exchangeServer || c.StoppedAt == nil || *c.StoppedAt == "certificate_not_found" ||
			*c.StoppedAt == "directory_null" || *c.StoppedAt == "directory_unreadable"
		if c.StoppedAt == nil {
			is["advertised"] = true
			suppress := doc.Connectors[i].SuppressXAnonymousTLS
			is["suppressed, but in 2007"] = is["suppressed, but in 2007"] || suppress != nil && *suppress
		} else {
			is[*c.StoppedAt] = true
		}
	}
	for _, e := range d.Events {
		is[fmt.Sprint(d.Phase, " ", e.ID)] = true
		if e.ID == 12012 && !exchangeServer {
			is["12012 without ExchangeServer"] = true
		}
	}
	is["mismatch without 1037"] = d.MatchesBest != nil && !*d.MatchesBest && !is["session 1037"] && !is["startup 1037"]
	for _, reasons := range d.Ineligible {
		for _, r := range reasons {
			is[r] = true
		}
		is["four reasons"] = is["four reasons"] || len(reasons) == 4
	}
	if d.BestKind != nil {
		is[*d.BestKind] = true
		is["pki is not the first"] = *d.BestKind == "pki" && *d.Best != d.Eligible[0]
	} else if len(d.Eligible) > 0 {
		is["eligible but no best"] = true
	}
	is["tie"] = tie(doc, d.Eligible)
	for _, c := range doc.Certificates {
		if d.Thumbprint != nil && c.Thumbprint == *d.Thumbprint {
			is["ends now"] = c.NotAfter == d.EvaluatedAt
		}
	}
}

// tie reports whether two consecutive certificates have the same not_before.
func tie(doc *gather.Document, eligible []string) bool {
	begins := map[string]string{}
	for _, c := range doc.Certificates {
		begins[c.Thumbprint] = c.NotBefore
	}
	for i := 1; i < len(eligible); i++ {
		if begins[eligible[i-1]] == begins[eligible[i]] {
			return true
		}
	}
	return false
}

func inboundSTARTTLS(doc *gather.Document, d evaluate.InboundSTARTTLSDecision, is map[string]bool) {
	for _, c := range d.Connectors {
		if c.StoppedAt != nil {
			is["starttls "+*c.StoppedAt] = true
		}
		if c.SearchedFor == nil {
			continue
		}
		is["starttls by "+c.SearchedFor.By] = true
		named := c.SearchedFor.By == "tls_certificate_name"
		is["starttls two match a TlsCertificateName"] = is["starttls two match a TlsCertificateName"] || named && len(c.Eligible)+len(c.Ineligible) > 1
		is["starttls tie"] = is["starttls tie"] || tie(doc, c.Eligible)
		if !c.Advertise {
			continue
		}
		is["starttls offered"] = true
		is["starttls "+*c.Kind] = true
		is["starttls expired"] = is["starttls expired"] || *c.Expired
		is["starttls expired_pki that has not ended itself"] = is["starttls expired_pki that has not ended itself"] || *c.Kind == "expired_pki" && !*c.Expired
		wildcard := !named
		for _, certificate := range doc.Certificates {
			if certificate.Thumbprint == *c.Thumbprint {
				for _, name := range slices.Concat(certificate.SubjectCommonNames, certificate.DNSNames) {
					wildcard = wildcard && !strings.EqualFold(strings.TrimSuffix(name, "."), strings.TrimSuffix(c.SearchedFor.Value, "."))
				}
			}
		}
		is["starttls by a wildcard"] = is["starttls by a wildcard"] || wildcard
	}
	for _, e := range d.Events {
		is["starttls event of the front end"] = is["starttls event of the front end"] || e.Source == "MSExchangeFrontEndTransport"
	}
}

func outboundAnonymous(whole evaluate.Decision, is map[string]bool) {
	d := whole.OutboundAnonymous
	if d.Role == nil {
		is["role unknown"] = true
	} else {
		is["role "+*d.Role] = true
	}
	for _, r := range d.Routes {
		is["implicit route"] = is["implicit route"] || r.Connector == nil
		is["route used"] = is["route used"] || r.UsesAnonymousTLS
		if r.StoppedAt != nil {
			is["route "+*r.StoppedAt] = true
		}
	}
	for _, fact := range d.MissingFacts {
		is["missing "+fact] = true
	}
	inbound := map[int]bool{}
	for _, e := range whole.InboundAnonymous.Events {
		inbound[e.ID] = true
	}
	for _, e := range d.Events {
		is[fmt.Sprint(e.ID, " outbound alone")] = !inbound[e.ID]
	}
	is["an event left out"] = len(whole.Events) < len(whole.InboundAnonymous.Events)+len(whole.InboundSTARTTLS.Events)+len(d.Events)
}

// risk distinguishes the causes of mail at risk.
func risk(doc *gather.Document, d evaluate.Decision, is map[string]bool) {
	event, offered, refused := false, false, false
	for _, e := range d.Events {
		event = event || e.ID == 12012 || e.ID == 12013
	}
	for i, c := range doc.Connectors {
		offered = offered || d.InboundAnonymous.Connectors[i].Advertise
		stop := d.InboundSTARTTLS.Connectors[i].StoppedAt
		refused = refused || c.RequireTLS != nil && *c.RequireTLS && stop != nil && *stop != "connector_disabled"
	}
	is["mail at risk"], is["mail not at risk"] = d.MailAtRisk, !d.MailAtRisk
	is["at risk by require_tls alone"] = refused && offered && !event
	is["at risk by 12012 or 12013 alone"] = d.MailAtRisk && event && !refused && doc.Roles != nil && len(doc.Roles) < 2
	is["at risk by X-ANONYMOUSTLS alone"] = d.MailAtRisk && !event && !refused
	is["not offered and not at risk"] = !offered && !d.MailAtRisk
}
