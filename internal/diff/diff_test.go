package diff_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/fixtures"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/diff"
)

const (
	selfSigned = "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F"
	pki        = "CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11"
)

func evaluator(t *testing.T) *evaluate.Evaluator {
	t.Helper()
	e, err := evaluate.New(t.Context())
	require.NoError(t, err)
	return e
}

func compare(t *testing.T, e *evaluate.Evaluator, before, after *gather.Document) *diff.Server {
	t.Helper()
	snapshot := func(name string, document *gather.Document) diff.Snapshot {
		decision, err := e.Evaluate(t.Context(), document)
		require.NoError(t, err)
		return diff.Snapshot{Name: name, Document: document, Decision: decision}
	}
	s, err := diff.Compare(t.Context(), snapshot("old.json", before), snapshot("new.json", after), e.Evaluate)
	require.NoError(t, err)
	return s
}

// What says nothing about the server is not a difference: the order of lists,
// the time and source of gathering, and the default values of absent fields.
func TestNoDifference(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	for name, other := range fixtures.Documents(t) {
		slices.Reverse(other.Certificates)
		if name != "193-server-connectors-of-one-name" { // which differ only in their order
			slices.Reverse(other.Connectors)
		}
		slices.Reverse(other.SendConnectors)
		slices.Reverse(other.Roles)
		for i := range other.Certificates {
			c := &other.Certificates[i]
			slices.Reverse(c.Services)
			slices.Reverse(c.DNSNames)
			c.Trust.Error += "in other words"
		}
		enabled, suppressed := true, false
		for i := range other.Connectors {
			c := &other.Connectors[i]
			slices.Reverse(c.AuthMechanisms)
			if c.Enabled == nil {
				c.Enabled = &enabled
			}
			if c.SuppressXAnonymousTLS == nil {
				c.SuppressXAnonymousTLS = &suppressed
			}
		}
		other.GatheredAt, other.Sources = "2026-11-23T07:00:00Z", map[string]string{"host": "elsewhere"}
		require.Nil(t, compare(t, e, fixtures.Document(t, name), other), name)
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	const name = "02-pki-certificate-in-use"
	no := false
	tests := map[string]struct {
		edit     func(*gather.Document)
		expected []diff.Fact
	}{
		"a certificate is removed": {
			func(d *gather.Document) { d.Certificates = only(d.Certificates, selfSigned) },
			[]diff.Fact{{Section: "certificates", Change: "removed", Name: pki}},
		},
		"a service is enabled": {
			func(d *gather.Document) { certificate(t, d, selfSigned).Services = []string{"SMTP", "POP"} },
			[]diff.Fact{{Section: "certificates", Change: "changed", Name: selfSigned, Field: "services",
				From: certificate(t, fixtures.Document(t, name), selfSigned).Services, To: []string{"POP", "SMTP"}}},
		},
		"a fact is no longer known": {
			func(d *gather.Document) { certificate(t, d, pki).HasPrivateKey = nil },
			[]diff.Fact{{Section: "certificates", Change: "changed", Name: pki, Field: "has_private_key", From: true}},
		},
		"a connector is disabled": {
			func(d *gather.Document) { d.Connectors[0].Enabled = &no },
			[]diff.Fact{{Section: "connectors", Change: "changed", Name: fixtures.Document(t, name).Connectors[0].Name, Field: "enabled", From: true, To: false}},
		},
		"a second connector of the same name": {
			func(d *gather.Document) { d.Connectors = append(d.Connectors, d.Connectors[0]) },
			[]diff.Fact{{Section: "connectors", Change: "added", Name: fixtures.Document(t, name).Connectors[0].Name + " (2)"}},
		},
		"the directory names none": {
			func(d *gather.Document) { d.Directory.InternalTransportCertificate = nil },
			[]diff.Fact{{Section: "directory", Change: "changed", Field: "internal_transport_certificate", From: pki}},
		},
		"none is not the same as not gathered": {
			func(d *gather.Document) { d.EdgeSubscriptions = []gather.EdgeSubscription{} },
			[]diff.Fact{{Section: "edge_subscriptions", Change: "changed", To: []string{}}},
		},
		"at startup": {
			func(d *gather.Document) { d.Phase = "startup" },
			[]diff.Fact{{Section: "phase", Change: "changed", From: "session", To: "startup"}},
		},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			before, after := fixtures.Document(t, name), fixtures.Document(t, name)
			before.EdgeSubscriptions, after.EdgeSubscriptions = nil, nil
			test.edit(after)
			s := compare(t, e, before, after)
			require.NotNil(t, s)
			require.Equal(t, test.expected, s.Facts)
			require.Equal(t, diff.Changed, s.State)
		})
	}
}

func only(certificates []gather.Certificate, thumbprint string) []gather.Certificate {
	return slices.DeleteFunc(certificates, func(c gather.Certificate) bool { return c.Thumbprint != thumbprint })
}

func certificate(t *testing.T, d *gather.Document, thumbprint string) *gather.Certificate {
	t.Helper()
	i := slices.IndexFunc(d.Certificates, func(c gather.Certificate) bool { return c.Thumbprint == thumbprint })
	require.GreaterOrEqual(t, i, 0)
	return &d.Certificates[i]
}

// A difference between decisions is caused by the facts, by the time, or by
// both.
func TestBecause(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	const name = "01-as-installed"
	end := certificate(t, fixtures.Document(t, name), selfSigned).NotAfter
	later := fixtures.Document(t, name)
	later.Now = "2099-01-01T00:00:00Z"
	require.Less(t, end, later.Now)

	s := compare(t, e, fixtures.Document(t, name), later)
	require.Empty(t, s.Facts)
	require.Contains(t, ids(s.Decision), 12015)
	for _, outcome := range s.Decision {
		require.Equal(t, diff.Time, outcome.Because)
	}

	soon := fixtures.Document(t, name)
	soon.Now = end
	require.Nil(t, compare(t, e, fixtures.Document(t, name), soon), "time alone is no difference")

	disabled, no := later, false
	disabled.Connectors[0].Enabled = &no
	s = compare(t, e, fixtures.Document(t, name), disabled)
	because := map[string]string{}
	for _, outcome := range s.Decision {
		because[outcome.Scenario+" "+outcome.Field] = outcome.Because
	}
	require.Equal(t, diff.Facts, because["inbound_anonymous advertise_x_anonymoustls"])
	require.Equal(t, diff.Facts, because["inbound_starttls advertise_starttls"])
	require.Equal(t, diff.Time, because["outbound_anonymous expired"])
}

func ids(outcomes []diff.Outcome) (all []int) {
	for _, outcome := range outcomes {
		if outcome.Event != nil {
			all = append(all, *outcome.Event)
		}
	}
	return all
}

// Decisions that differ are reported, and the report is the reverse when they
// are swapped.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	var decisions []*evaluate.Decision
	for _, document := range fixtures.Documents(t) {
		decision, err := e.Evaluate(t.Context(), document)
		require.NoError(t, err)
		decisions = append(decisions, decision)
	}
	for i, after := range decisions[1:] {
		before := decisions[i]
		there, back := diff.Outcomes(before, after), diff.Outcomes(after, before)
		require.Len(t, back, len(there))
		turned := map[string]int{}
		for _, outcome := range there {
			turned[text(t, outcome)]++
		}
		for _, outcome := range back {
			outcome.From, outcome.To = outcome.To, outcome.From
			turned[text(t, outcome)]--
		}
		for outcome, n := range turned {
			require.Zero(t, n, outcome)
		}
		require.Empty(t, diff.Outcomes(after, after))
		if before.MailAtRisk != after.MailAtRisk {
			require.Equal(t, "mail_at_risk", there[0].Field)
		}
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return string(encoded)
}

func TestStore(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	store, err := diff.NewStore()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	for _, name := range []string{"EX01", "EX02", "EX03"} {
		document := fixtures.Document(t, "02-pki-certificate-in-use")
		document.Server = name
		decision, err := e.Evaluate(t.Context(), document)
		require.NoError(t, err)
		require.NoError(t, store.Add(diff.Snapshot{Name: name + ".json", Document: document, Decision: decision}))
		if name == "EX02" {
			err := store.Add(diff.Snapshot{Name: "again.json", Document: &gather.Document{Server: "ex02"}})
			require.EqualError(t, err, "again.json: expected each server once, but ex02 is also in EX02.json")
		}
	}
	got, err := store.Get("ex02")
	require.NoError(t, err)
	require.Equal(t, "EX02.json", got.Name)
	require.Nil(t, compare(t, e, got.Document, func() *gather.Document {
		d := fixtures.Document(t, "02-pki-certificate-in-use")
		d.Server = "EX02"
		return d
	}()))
	none, err := store.Get("EX04")
	require.NoError(t, err)
	require.Nil(t, none)
	require.True(t, store.Match("ex02"))
	require.False(t, store.Match("EX04"))
	var left []string
	for snapshot, err := range store.Unmatched() {
		require.NoError(t, err)
		left = append(left, snapshot.Document.Server)
	}
	require.Equal(t, []string{"EX01", "EX03"}, left)
}
