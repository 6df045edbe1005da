package oracle_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle"
	"github.com/transportcert/transportcert/policies/schemas"
)

const fixtures = "../../fixtures"

// The decisions of the fixtures were written by hand. They verify the oracle
// here, and the policies in policy_test.go.
func TestDecideFixtures(t *testing.T) {
	t.Parallel()
	schema := decisionSchema(t)
	index := string(read(t, fixtures, "README.md"))
	for _, folder := range folders(t, filepath.Join(fixtures, "[0-9]*-*"), 190) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			doc, err := gather.Decode(read(t, folder, "input.json"))
			require.NoError(t, err)
			require.NotEmpty(t, doc.Now, "a case without now ages")
			require.Contains(t, index, "["+filepath.Base(folder)+"]", "the index has a line for each case")

			decision := oracle.Decide(doc, "the clock is not used")
			want := read(t, folder, "decision.json")
			if !bytes.Contains(want, []byte(`"inbound_anonymous"`)) {
				require.JSONEq(t, string(want), ofNineSteps(t, decision.InboundAnonymous))
				return
			}
			require.JSONEq(t, string(want), text(t, withoutProse(t, decision)))
			require.NoError(t, schema.Validate(withProse(t, want)))
		})
	}
}

// ofNineSteps returns a decision without what the nine steps of 2007 do not
// have: the first fixtures cover one scenario and one procedure.
func ofNineSteps(t *testing.T, decision evaluate.InboundAnonymousDecision) string {
	t.Helper()
	fields := withoutProse(t, decision)
	require.Equal(t, "2007", fields["procedure"])
	delete(fields, "procedure")
	for _, event := range fields["events"].([]any) {
		require.Nil(t, event.(map[string]any)["connector"])
		delete(event.(map[string]any), "connector")
	}
	return text(t, fields)
}

// withoutProse returns a decision without the three fields of events that the
// oracle leaves empty.
func withoutProse(t *testing.T, decision any) map[string]any {
	t.Helper()
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(text(t, decision)), &fields))
	for _, one := range append(slices.Collect(maps.Values(fields)), fields) {
		one, _ := one.(map[string]any)
		events, _ := one["events"].([]any)
		for _, event := range events {
			for field, empty := range map[string]any{"message": "", "remediation": "", "action": nil} {
				require.Equal(t, empty, event.(map[string]any)[field])
				delete(event.(map[string]any), field)
			}
		}
	}
	return fields
}

func text(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func TestDecideDefaults(t *testing.T) {
	t.Parallel()
	const clock = "2026-11-22T07:00:00Z"
	thumbprint := "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F"
	doc := &gather.Document{
		Server:       "EX01",
		Connectors:   []gather.Connector{{Name: "Default EX01", AuthMechanisms: []string{"ExchangeServer"}}},
		Directory:    &gather.Directory{Readable: true, InternalTransportCertificate: &thumbprint},
		Host:         &gather.Host{DNSFQDN: "ex01.corp.contoso.test", DNSHostName: "EX01", PhysicalDNSFQDN: "ex01.corp.contoso.test", PhysicalDNSHostName: "EX01"},
		Certificates: []gather.Certificate{{Thumbprint: thumbprint, NotAfter: "2026-11-22T06:59:59Z"}},
	}

	whole := oracle.Decide(doc, clock)
	require.Equal(t, "2007", whole.Procedure, "no version was gathered")
	require.Nil(t, whole.OutboundAnonymous.Role)
	require.Equal(t, []string{"roles"}, whole.OutboundAnonymous.MissingFacts)
	d := whole.InboundAnonymous
	require.Equal(t, "session", d.Phase)
	require.Equal(t, clock, d.EvaluatedAt, "the clock, where the document has no now")
	require.True(t, d.Connectors[0].Advertise, "a connector is enabled where it does not say otherwise")
	require.True(t, *d.Expired)

	doc.Now = "2026-11-22T06:59:59Z"
	d = oracle.Decide(doc, clock).InboundAnonymous
	require.Equal(t, doc.Now, d.EvaluatedAt, "the document's own now comes first")
	require.False(t, *d.Expired)
}

func folders(t *testing.T, pattern string, atLeast int) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(found), atLeast, pattern)
	return found
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return text
}

func decisionSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	var schema any
	require.NoError(t, json.Unmarshal(schemas.Decision, &schema))
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("decision.json", schema))
	compiled, err := c.Compile("decision.json")
	require.NoError(t, err)
	return compiled
}

// withProse adds to the events of a fixture the three fields that fixtures
// omit.
func withProse(t *testing.T, decision []byte) map[string]any {
	t.Helper()
	var d map[string]any
	require.NoError(t, json.Unmarshal(decision, &d))
	addProse(t, d)
	for _, scenario := range []string{"inbound_anonymous", "inbound_starttls", "outbound_anonymous"} {
		addProse(t, d[scenario].(map[string]any))
	}
	return d
}

func addProse(t *testing.T, decision map[string]any) {
	t.Helper()
	for _, e := range decision["events"].([]any) {
		event := e.(map[string]any)
		require.NotContains(t, event, "message")
		require.NotContains(t, event, "remediation")
		require.NotContains(t, event, "action")
		event["message"], event["action"], event["remediation"] = "What happened.", "what-to-do", "What to type."
	}
}
