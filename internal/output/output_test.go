package output_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/output"
)

func pointer[T any](value T) *T { return &value }

const (
	loaded = "1111111111111111111111111111111111111111"
	other  = "2222222222222222222222222222222222222222"
)

// mismatch is a server whose best certificate is another one than the loaded.
func mismatch() (*gather.Document, *evaluate.Decision) {
	certificate := gather.Certificate{
		Thumbprint: loaded, Version: 3, Subject: "CN=EX01", Issuer: "CN=EX01",
		SubjectCommonNames: []string{"EX01"}, DNSNames: []string{"ex01"},
		NotBefore: "2024-01-01T00:00:00Z", NotAfter: "2029-01-01T00:00:00Z",
		HasPrivateKey: pointer(true), Services: []string{"IIS", "SMTP"}, SelfSigned: pointer(true),
		Trust: gather.Trust{Chain: "unknown", Error: "nobody looked"}, FriendlyName: "Microsoft Exchange",
	}
	better := certificate
	better.Thumbprint, better.SelfSigned = other, pointer(false)
	document := &gather.Document{
		SchemaVersion: 1, Server: "EX01",
		Connectors: []gather.Connector{{Name: "Default", AuthMechanisms: []string{"ExchangeServer"}}, {Name: "Client", AuthMechanisms: []string{"Tls"}}},
		Directory:  &gather.Directory{Readable: true, Error: "none", InternalTransportCertificate: pointer(loaded)},
		Host: &gather.Host{DNSFQDN: "ex01.test", DNSHostName: "ex01", PhysicalDNSFQDN: "ex01.test", PhysicalDNSHostName: "ex01",
			NLBClusterNames: []string{"nlb.test"}},
		Certificates: []gather.Certificate{certificate, better},
	}
	decision := &evaluate.Decision{
		Server: "EX01", Phase: "session", EvaluatedAt: "2026-11-22T07:00:00Z",
	}
	decision.InboundAnonymous = evaluate.InboundAnonymousDecision{
		Server: "EX01", Phase: "session", EvaluatedAt: "2026-11-22T07:00:00Z",
		Connectors: []evaluate.AnonymousConnector{
			{Name: "Default", Advertise: true, Thumbprint: pointer(loaded)},
			{Name: "Client", StoppedAt: pointer("exchange_server_auth_disabled")},
		},
		Thumbprint: pointer(loaded), Expired: pointer(false), Domains: []string{"ex01", "nlb.test"},
		Eligible: []string{other, loaded}, Ineligible: map[string][]string{}, Best: pointer(other), BestKind: pointer("pki"),
		MatchesBest: pointer(false),
		Events: []evaluate.Event{{ID: 1037, Source: "MSExchangeTransport", Step: 9, Severity: "warning",
			Message: "EX01: <another> certificate & so on", Remediation: "first line\nsecond line"}},
		InputErrors: []string{},
	}
	expired := evaluate.Event{ID: 12016, Source: "MSExchangeFrontEndTransport", Connector: pointer("Default"), Step: 7, Severity: "error",
		Message: "EX01: Default: expired", Remediation: "third line"}
	decision.InboundSTARTTLS = evaluate.InboundSTARTTLSDecision{
		Server: "EX01", EvaluatedAt: "2026-11-22T07:00:00Z", Procedure: "2016",
		Connectors: []evaluate.STARTTLSConnector{
			{Name: "Default", Advertise: true, Thumbprint: pointer(other), Kind: pointer("pki"), Expired: pointer(true),
				SearchedFor: &evaluate.SearchedFor{By: "fqdn", Value: "mail.test"}, Eligible: []string{other}, Ineligible: map[string][]string{}},
			{Name: "Client", StoppedAt: pointer("no_eligible_certificate"), SearchedFor: &evaluate.SearchedFor{By: "tls_certificate_name", Value: "<I>a<S>b"},
				Eligible: []string{}, Ineligible: map[string][]string{loaded: {"smtp_not_enabled"}}},
		},
		Events: []evaluate.Event{expired}, InputErrors: []string{},
	}
	decision.OutboundAnonymous = evaluate.OutboundAnonymousDecision{
		Server: "EX01", EvaluatedAt: "2026-11-22T07:00:00Z", Procedure: "2016", Phase: "session", Role: pointer("edge"),
		Routes: []evaluate.Route{
			{UsesAnonymousTLS: true, Thumbprint: pointer(loaded)},
			{Connector: pointer("Internet"), StoppedAt: pointer("not_to_organization")},
		},
		Thumbprint: pointer(loaded), Expired: pointer(false), MissingFacts: []string{"send_connectors"}, Events: []evaluate.Event{}, InputErrors: []string{},
	}
	decision.Procedure, decision.ExchangeVersion = "2016", pointer("15.2.1748.10")
	decision.Events = append(slices.Clone(decision.InboundAnonymous.Events), expired)
	decision.InputErrors = []string{}
	return document, decision
}

// checked makes what formats write of a decision, with a plan that answers its events.
func checked(document *gather.Document, decision *evaluate.Decision) output.Checked {
	plan := evaluate.Plan{Verdict: "ACTION NEEDED", Actions: []evaluate.Action{{
		ID: "internal-transport-certificate", Title: "Make CN=EX01 (22222222) the internal transport certificate",
		Why: []evaluate.Reason{{Event: 1037}, {Rule: "TC004"}}, Commands: []string{"Enable-ExchangeCertificate -Thumbprint " + other, "Get-Date"},
		Prompt:     &evaluate.Prompt{Question: "Overwrite the existing default SMTP certificate?", Answer: "Yes"},
		Afterwards: []evaluate.Afterward{{Text: "Restart the transport service", Command: pointer("Restart-Service MSExchangeTransport")}},
	}}}
	return output.Checked{Document: "ex01.json", Facts: document, Decision: decision, Plan: plan}
}

func write(t *testing.T, name string, style output.Style, servers ...func() (*gather.Document, *evaluate.Decision)) string {
	t.Helper()
	var text bytes.Buffer
	format := output.Explain(&text, style, output.Selection{})
	if name != "explain" {
		var err error
		format, err = output.New(name, &text, style, output.Selection{})
		require.NoError(t, err)
	}
	for _, server := range servers {
		require.NoError(t, format.Write(checked(server())))
	}
	require.NoError(t, format.Close())
	return text.String()
}

func TestNewUnknown(t *testing.T) {
	t.Parallel()
	_, err := output.New("xml", nil, output.Style{}, output.Selection{})
	require.EqualError(t, err, `unknown output format "xml": expected one of text, json, ndjson, pem`)
}

func TestJSON(t *testing.T) {
	t.Parallel()
	_, decision := mismatch()
	for _, name := range []string{"json", "ndjson"} {
		text := write(t, name, output.Style{Color: true}, mismatch, mismatch)
		require.Contains(t, text, "<another> certificate & so on") // as people search for it
		decoder := json.NewDecoder(strings.NewReader(text))
		for range 2 {
			var again evaluate.Decision
			require.NoError(t, decoder.Decode(&again))
			require.Equal(t, *decision, again)
		}
		require.False(t, decoder.More())
		if name == "ndjson" {
			require.Equal(t, 2, strings.Count(text, "\n"))
		} else {
			require.Equal(t, 2, strings.Count(text, "{\n  \"server\": \"EX01\",\n"))
		}
	}
}

// withDER makes a server that loads a certificate with the der, which need not be one here.
func withDER(server, der, thumbprint string) func() (*gather.Document, *evaluate.Decision) {
	return func() (*gather.Document, *evaluate.Decision) {
		document, decision := mismatch()
		document.Server, decision.Server = server, server
		document.Certificates[0].DER, document.Certificates[0].Thumbprint = []byte(der), thumbprint
		decision.InboundAnonymous.Thumbprint = &thumbprint
		return document, decision
	}
}

func TestPEM(t *testing.T) {
	t.Parallel()
	// printf abc | sha1sum, printf def | sha1sum
	abc := withDER("EX01", "abc", "A9993E364706816ABA3E25717850C26C9CD0D89D")
	def := withDER("EX02\n-----BEGIN", "def", "589C22335A381F122D129225F5C0BA3056ED5811")
	nothing := func() (*gather.Document, *evaluate.Decision) {
		document, decision := mismatch()
		decision.InboundAnonymous.Thumbprint = nil
		return document, decision
	}
	const blockABC = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n" // printf abc | base64
	const blockDEF = "-----BEGIN CERTIFICATE-----\nZGVm\n-----END CERTIFICATE-----\n"
	require.Empty(t, write(t, "pem", output.Style{}))
	require.Empty(t, write(t, "pem", output.Style{}, nothing))
	require.Equal(t, blockABC, write(t, "pem", output.Style{}, abc))
	require.Equal(t, blockABC, write(t, "pem", output.Style{}, nothing, abc, nothing))
	three := write(t, "pem", output.Style{}, abc, def, abc)
	require.Equal(t, "# EX01\n"+blockABC+`# EX02\n-----BEGIN`+"\n"+blockDEF+"# EX01\n"+blockABC, three)
	rest := []byte(three)
	for _, expected := range []string{"abc", "def", "abc"} {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		require.Equal(t, expected, string(block.Bytes))
	}
}

func TestPEMWithout(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		server   func() (*gather.Document, *evaluate.Decision)
		expected string
	}{
		{"without der", mismatch, "certificates[0].der: expected the certificate " + loaded + ", which EX01 loads, found nothing"},
		{"another der", withDER("EX01", "abc", loaded),
			"certificates[0].der: expected the certificate " + loaded + ", found one with the thumbprint A9993E364706816ABA3E25717850C26C9CD0D89D"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var text bytes.Buffer
			format, err := output.New("pem", &text, output.Style{}, output.Selection{})
			require.NoError(t, err)
			err = format.Write(checked(test.server()))
			require.EqualError(t, err, test.expected)
			require.ErrorAs(t, err, &output.DocumentError{})
			require.NoError(t, format.Close())
			require.Empty(t, text.String())
		})
	}
}

// Each format says so where nothing can be written.
func TestWriteError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	abc := withDER("EX01", "abc", "A9993E364706816ABA3E25717850C26C9CD0D89D")
	for _, name := range append([]string{"explain"}, output.Names...) {
		format := output.Explain(failing{full}, output.Style{}, output.Selection{})
		if name != "explain" {
			var err error
			format, err = output.New(name, failing{full}, output.Style{}, output.Selection{})
			require.NoError(t, err)
		}
		err := format.Write(checked(abc()))
		if name == "pem" || name == "text" { // which wait for all servers
			require.NoError(t, err)
			err = format.Close()
		}
		require.ErrorIs(t, err, full, name)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestColor(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"text", "explain"} {
		plain, colored := write(t, name, output.Style{}, mismatch), write(t, name, output.Style{Color: true}, mismatch)
		require.NotContains(t, plain, "\x1b")
		require.Contains(t, colored, "\x1b[1mEX01 at 2026-11-22 07:00 UTC\x1b[0m\n")
		require.Equal(t, strings.Fields(plain), strings.Fields(uncolor.Replace(colored)))
	}
	// Colors do not shift columns.
	require.Equal(t, write(t, "text", output.Style{}, mismatch)[:300], uncolor.Replace(write(t, "text", output.Style{Color: true}, mismatch))[:300])
}

var uncolor = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "")

// A decision in which an organization's own rules have a part says so to people too.
func TestCustomized(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"text", "explain"} {
		text := write(t, name, output.Style{}, mismatch)
		require.NotContains(t, text, "Customized")
		text = write(t, name, output.Style{}, func() (*gather.Document, *evaluate.Decision) {
			document, decision := mismatch()
			decision.InboundAnonymous.Customized, decision.InboundAnonymous.CustomizedBy = true, []string{"no_ecc", "weak_key"}
			return document, decision
		})
		require.Contains(t, text, "\n\nACTION NEEDED\n\nCustomized  by your own rules (no_ecc, weak_key): this may not be what Exchange does.\n\n")
	}
}

// Whatever text a document or a decision holds, a terminal gets none of its
// control characters, no character that turns the direction of writing, and no
// line that it did not ask for.
func TestNothingEscapes(t *testing.T) {
	t.Parallel()
	const hostile = "\x1b]0;x\x07\u009b31m\u202e\u2066\r\n\tforged"
	variants := []func(*gather.Document, *evaluate.Decision){
		func(*gather.Document, *evaluate.Decision) {},
		func(_ *gather.Document, d *evaluate.Decision) {
			d.InboundAnonymous.Eligible, d.InboundAnonymous.Best, d.InboundAnonymous.BestKind, d.InboundAnonymous.MatchesBest = nil, nil, nil, nil
			d.InboundAnonymous.Ineligible = map[string][]string{loaded: {"name_mismatch", "smtp_not_enabled"}, other: {"of_our_own"}}
		},
		func(doc *gather.Document, d *evaluate.Decision) {
			d.InboundAnonymous.Thumbprint, d.InboundAnonymous.MatchesBest, d.InboundAnonymous.Events, d.InboundAnonymous.BestKind, d.InboundAnonymous.Best = nil, nil, nil, pointer("self_signed"), pointer(loaded)
			d.InboundAnonymous.Connectors[0] = evaluate.AnonymousConnector{Name: "Default", StoppedAt: pointer("certificate_not_found")}
			doc.Certificates[1].Trust = gather.Trust{Chain: "trusted", ValidFrom: pointer("2024"), ValidUntil: pointer("2025")}
		},
		func(doc *gather.Document, d *evaluate.Decision) {
			d.InboundAnonymous.Thumbprint, d.InboundAnonymous.MatchesBest, d.InboundAnonymous.Events = nil, nil, nil
			doc.Directory.Readable = false
		},
	}
	for i, variant := range variants {
		for _, name := range []string{"text", "explain"} {
			for _, codesToo := range []bool{false, true} {
				write := func(suffix string) string {
					return write(t, name, output.Style{}, func() (*gather.Document, *evaluate.Decision) {
						document, decision := mismatch()
						variant(document, decision)
						spoil(reflect.ValueOf(document), suffix, codesToo)
						spoil(reflect.ValueOf(decision).Elem(), suffix, codesToo)
						return document, decision
					})
				}
				text := write(hostile)
				for _, r := range text {
					require.True(t, r == '\n' || r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f) && r != '\u202e' && r != '\u2066',
						"variant %d, %s: %q in %q", i, name, r, text)
				}
				require.Contains(t, text, `\x1b]0;x\a\u009b31m\u202e\u2066\r\n\tforged`)
				require.NotRegexp(t, `(?m)^\s*(\\t)?forged`, text, "variant %d, %s", i, name)
			}
		}
	}
}

// codes are the texts from which the words are chosen.
var codes = []string{"session", "pki", "self_signed", "certificate_not_found", "exchange_server_auth_disabled", "name_mismatch",
	"smtp_not_enabled", "trusted", "unknown", "ExchangeServer", "Tls", "warning"}

// spoil appends the suffix to every text.
func spoil(v reflect.Value, suffix string, codesToo bool) {
	spoiled := func(text string) string {
		for _, code := range codes {
			if text == code && !codesToo {
				return text
			}
		}
		return text + suffix
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem(), suffix, codesToo)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				spoil(v.Field(i), suffix, codesToo)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), suffix, codesToo)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := v.MapIndex(key)
			spoil(value, suffix, codesToo)
			v.SetMapIndex(key, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(spoiled(key.String())), value)
		}
	case reflect.String:
		v.SetString(spoiled(v.String()))
	}
}
