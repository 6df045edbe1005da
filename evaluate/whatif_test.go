package evaluate_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/fixtures"
	"github.com/transportcert/transportcert/gather"
)

const newThumbprint = "ADDEDADDEDADDEDADDEDADDEDADDEDADDEDADDED"

// copyOf returns a deep copy of a document.
func copyOf(t require.TestingT, d *gather.Document) *gather.Document {
	text, err := json.Marshal(d)
	require.NoError(t, err)
	same, err := gather.Decode(text)
	require.NoError(t, err)
	return same
}

// with returns services plus others that are missing. None stays, since it counts for nothing.
func with(services []string, more ...string) []string {
	all := slices.Clone(services)
	for _, service := range more {
		if !slices.Contains(all, service) {
			all = append(all, service)
		}
	}
	return all
}

// An editing is a command and the equivalent change of the document by hand;
// refused means that Exchange rejects the command.
type editing struct {
	name    string
	edit    evaluate.Edit
	byHand  func(*gather.Document)
	refused bool
}

// editings returns every command for each certificate of a document.
func editings(d *gather.Document) []editing {
	var all []editing
	name := func(c gather.Certificate) string { return "<I>" + c.Issuer + "<S>" + c.Subject }
	made := gather.Certificate{
		Thumbprint: newThumbprint, Version: 3, Subject: "CN=mail", Issuer: "CN=Contoso CA", SerialNumber: "01",
		SubjectCommonNames: []string{d.Host.DNSFQDN}, DNSNames: []string{d.Host.DNSFQDN},
		NotBefore: "2026-11-01T00:00:00Z", NotAfter: "2027-11-01T00:00:00Z", Trust: gather.Trust{Chain: gather.ChainUnknown},
	}
	yes, no := true, false
	made.HasPrivateKey, made.SelfSigned = &yes, &no
	for _, overwrite := range []bool{true, false} {
		all = append(all, editing{
			"add", evaluate.Edit{Action: evaluate.AddCertificate, Certificate: &made, Services: []string{"SMTP", "IIS"}, OverwriteDefault: overwrite},
			func(d *gather.Document) {
				added := made
				added.Services = []string{"SMTP", "IIS"}
				d.Certificates = append(d.Certificates, added)
				if overwrite {
					d.Directory.InternalTransportCertificate = &added.Thumbprint
				}
			}, false,
		})
	}
	for i, c := range d.Certificates {
		internal := d.Directory.InternalTransportCertificate != nil && *d.Directory.InternalTransportCertificate == c.Thumbprint
		all = append(all, editing{
			"remove", evaluate.Edit{Action: evaluate.RemoveCertificate, Thumbprint: c.Thumbprint},
			func(d *gather.Document) { d.Certificates = slices.Delete(d.Certificates, i, i+1) },
			internal || slices.ContainsFunc(d.SendConnectors, func(s gather.SendConnector) bool { return strings.EqualFold(s.TLSCertificateName, name(c)) }),
		}, editing{
			"enable and overwrite", evaluate.Edit{Action: evaluate.EnableCertificate, Thumbprint: c.Thumbprint, Services: []string{"SMTP"}, OverwriteDefault: true},
			func(d *gather.Document) {
				d.Certificates[i].Services = with(c.Services, "SMTP")
				d.Directory.InternalTransportCertificate = &c.Thumbprint
			}, false,
		}, editing{
			"enable and keep", evaluate.Edit{Action: evaluate.EnableCertificate, Thumbprint: c.Thumbprint, Services: []string{"POP", "SMTP"}},
			func(d *gather.Document) { d.Certificates[i].Services = with(c.Services, "POP", "SMTP") }, false,
		}, editing{
			"enable without SMTP", evaluate.Edit{Action: evaluate.EnableCertificate, Thumbprint: c.Thumbprint, Services: []string{"IIS"}, OverwriteDefault: true},
			func(d *gather.Document) { d.Certificates[i].Services = with(c.Services, "IIS") }, false,
		}, editing{
			"renew with a file", evaluate.Edit{Action: evaluate.RenewCertificate, Thumbprint: c.Thumbprint, Certificate: &made},
			func(d *gather.Document) {
				renewed := made
				renewed.Services = slices.DeleteFunc(with(c.Services, "SMTP"), func(service string) bool { return service == "None" })
				d.Certificates = append(d.Certificates, renewed)
				if internal {
					d.Directory.InternalTransportCertificate = &renewed.Thumbprint
				}
			}, false,
		})
		for j := range d.Connectors {
			all = append(all, editing{
				"name on a Receive connector", evaluate.Edit{Action: evaluate.SetTLSCertificateName, Kind: "connectors", Index: j, Thumbprint: c.Thumbprint},
				func(d *gather.Document) { text := name(c); d.Connectors[j].TLSCertificateName = &text }, false,
			})
		}
		for j := range d.SendConnectors {
			all = append(all, editing{
				"name on a Send connector", evaluate.Edit{Action: evaluate.SetTLSCertificateName, Kind: "send_connectors", Index: j, Thumbprint: c.Thumbprint},
				func(d *gather.Document) { d.SendConnectors[j].TLSCertificateName = name(c) }, false,
			})
		}
	}
	return all
}

// Each command has the same result as editing the document by hand, and
// therefore the same decision, for every fixture.
func TestApplyEqualsEditingByHand(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	applied := map[string]int{}
	for name, document := range fixtures.Documents(t) {
		before := copyOf(t, document)
		for _, e := range editings(document) {
			after, err := evaluator.Apply(t.Context(), document, e.edit)
			if e.refused {
				require.ErrorAs(t, err, &evaluate.RefusedError{}, "%s: %s", name, e.name)
				continue
			}
			require.NoError(t, err, "%s: %s", name, e.name)
			byHand := copyOf(t, document)
			e.byHand(byHand)
			require.Equal(t, copyOf(t, byHand), after, "%s: %s", name, e.name)
			applied[e.name]++
		}
		require.Equal(t, before, copyOf(t, document), "it is not changed")
	}
	require.Len(t, applied, 8, "%v", applied)
	t.Log(applied)
}

// Renewing a self-signed certificate creates one with the same names, valid
// from now.
func TestApplyRenews(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	document := fixtures.Document(t, "01-as-installed")
	old := document.Certificates[0]

	after, err := evaluator.Apply(t.Context(), document, evaluate.Edit{Action: evaluate.RenewCertificate, Thumbprint: old.Thumbprint})
	require.NoError(t, err)
	renewed := after.Certificates[len(after.Certificates)-1]
	require.Len(t, after.Certificates, len(document.Certificates)+1)
	require.Equal(t, renewed.Thumbprint, *after.Directory.InternalTransportCertificate)
	require.Equal(t, old.DNSNames, renewed.DNSNames)
	require.Equal(t, old.Subject, renewed.Subject)
	require.Equal(t, document.Now, renewed.NotBefore)
	require.Equal(t, "2031-11-22T07:00:00Z", renewed.NotAfter)
	decision, err := evaluator.Evaluate(t.Context(), after)
	require.NoError(t, err)
	require.Equal(t, renewed.Thumbprint, *decision.InboundAnonymous.Thumbprint)
	require.Equal(t, renewed.Thumbprint, *decision.InboundAnonymous.Best)
}

func TestApplyEffectRejects(t *testing.T) {
	t.Parallel()
	document := fixtures.Document(t, "01-as-installed")
	for effect, expected := range map[string]string{
		`{}`: "applying an effect to the document of EX01: ",
		`[{"op": "remove", "path": "/certificates/7"}]`:                  "applying an effect to the document of EX01: ",
		`[{"op": "remove", "path": "/directory"}]`:                       "the document of EX01 after an effect: ",
		`[{"op": "add", "path": "/certificates/0/trusted", "value": 1}]`: "the document of EX01 after an effect: ",
	} {
		_, err := evaluate.ApplyEffect(document, json.RawMessage(effect))
		require.ErrorContains(t, err, expected, effect)
	}
}

func TestApplyPlan(t *testing.T) {
	t.Parallel()
	document := fixtures.Document(t, "01-as-installed")
	plan := evaluate.Plan{Actions: []evaluate.Action{
		{ID: "one", Effect: json.RawMessage(`[{"op": "add", "path": "/procedure", "value": "2010"}]`)},
		{ID: "by hand", Manual: true},
		{ID: "two", Effect: json.RawMessage(`[{"op": "replace", "path": "/procedure", "value": "2016"}]`)},
	}}
	after, left, err := evaluate.ApplyPlan(document, plan)
	require.NoError(t, err)
	require.Equal(t, "2016", after.Procedure)
	require.Empty(t, document.Procedure)
	require.Len(t, left, 1)
	require.Equal(t, "by hand", left[0].ID)
	plan.Actions[2].Effect = json.RawMessage(`[{"op": "test", "path": "/procedure", "value": "2016"}]`)
	_, _, err = evaluate.ApplyPlan(document, plan)
	require.ErrorContains(t, err, "action two: applying an effect to the document of EX01: ")
}
