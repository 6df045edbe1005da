package evaluate_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// Changes that must not affect a decision do not, and changes that must affect
// it affect nothing else. Unlike the differential test, these tests need no
// second implementation.

// documentsOfARelation is the number of documents for each relation unless
// -rapid.checks is set, as in "make property".
const documentsOfARelation = "500"

// TestMain also checks that no goroutine is left over, except for endless
// policies, which are abandoned.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", documentsOfARelation); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/transportcert/transportcert/internal/bounded.run[...].func1"))
}

const (
	now   = "2026-11-22T07:00:00Z"
	first = "0001-01-01T00:00:00Z"
	last  = "9999-12-31T23:59:59Z"
)

// decider returns a function that decides about X-ANONYMOUSTLS, without the remedies of events.
func decider(t *testing.T) func(*rapid.T, *gather.Document) *evaluate.InboundAnonymousDecision {
	t.Helper()
	evaluator := evaluatorWith(t)
	return func(rt *rapid.T, doc *gather.Document) *evaluate.InboundAnonymousDecision {
		require.NoError(rt, doc.Validate())
		decision, err := evaluator.Evaluate(t.Context(), doc)
		require.NoError(rt, err)
		text, err := json.Marshal(decision.InboundAnonymous)
		require.NoError(rt, err)
		plain := new(evaluate.InboundAnonymousDecision) // without the document
		require.NoError(rt, json.Unmarshal(text, plain))
		for i := range plain.Events {
			plain.Events[i].Message, plain.Events[i].Action, plain.Events[i].Remediation = "", nil, ""
		}
		return plain
	}
}

// drawn generates a document with a now.
func drawn(rt *rapid.T) *gather.Document {
	doc := documents.Document().Draw(rt, "document")
	if doc.Now == "" {
		doc.Now = now
	}
	return doc
}

func TestWhatDoesNotChangeADecision(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*rapid.T, *gather.Document){
		"order of certificates": func(rt *rapid.T, doc *gather.Document) {
			doc.Certificates = shuffled(rt, doc.Certificates)
		},
		"order of what a certificate lists": func(rt *rapid.T, doc *gather.Document) {
			for i := range doc.Certificates {
				c := &doc.Certificates[i]
				c.SubjectCommonNames, c.DNSNames = shuffled(rt, c.SubjectCommonNames), shuffled(rt, c.DNSNames)
				c.Services = shuffled(rt, c.Services)
			}
			doc.Host.NLBClusterNames = shuffled(rt, doc.Host.NLBClusterNames)
		},
		"case of names":             func(rt *rapid.T, doc *gather.Document) { rename(rt, doc, otherCase) },
		"a trailing dot":            func(rt *rapid.T, doc *gather.Document) { rename(rt, doc, otherDot) },
		"case and dots":             func(rt *rapid.T, doc *gather.Document) { rename(rt, doc, otherCase); rename(rt, doc, otherDot) },
		"names and services twice":  twice,
		"common names as DNS names": moveCommonNames,
		"unrelated facts":           unrelated,
		"an explicit default phase": func(_ *rapid.T, doc *gather.Document) { doc.Phase = cmp.Or(doc.Phase, "session") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			decide := decider(t)
			rapid.Check(t, func(rt *rapid.T) {
				doc := drawn(rt)
				other := copyOf(rt, doc)
				change(rt, other)
				require.Equal(rt, decide(rt, doc), decide(rt, other))
			})
		})
	}
}

func shuffled[V any](rt *rapid.T, list []V) []V {
	if len(list) == 0 {
		return list // nil stays nil, and empty stays empty
	}
	return rapid.Permutation(list).Draw(rt, "order")
}

// rename changes the spelling of every name of host and certificates.
func rename(rt *rapid.T, doc *gather.Document, other func(*rapid.T, string) string) {
	for _, name := range []*string{&doc.Host.DNSFQDN, &doc.Host.DNSHostName, &doc.Host.PhysicalDNSFQDN, &doc.Host.PhysicalDNSHostName} {
		*name = other(rt, *name)
	}
	lists := [][]string{doc.Host.NLBClusterNames}
	for _, c := range doc.Certificates {
		lists = append(lists, c.SubjectCommonNames, c.DNSNames)
	}
	for _, list := range lists {
		for i := range list {
			list[i] = other(rt, list[i])
		}
	}
}

// otherCase changes the case of some ASCII letters, for which both cases are
// unambiguous.
func otherCase(rt *rapid.T, name string) string {
	letters := []byte(name)
	for i, c := range letters {
		if ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') && rapid.Bool().Draw(rt, "other case") {
			letters[i] = c ^ 0x20
		}
	}
	return string(letters)
}

// otherDot adds or removes the one trailing dot that is ignored.
func otherDot(rt *rapid.T, name string) string {
	without, dot := strings.CutSuffix(name, ".")
	switch {
	case name == "" || without == "" || strings.HasSuffix(without, ".") || rapid.Bool().Draw(rt, "same dot"):
		return name
	case dot:
		return without
	}
	return name + "."
}

func twice(rt *rapid.T, doc *gather.Document) {
	again := func(list []string) []string {
		if len(list) == 0 {
			return list
		}
		return append(list, rapid.SampledFrom(list).Draw(rt, "again"))
	}
	doc.Host.NLBClusterNames = again(doc.Host.NLBClusterNames)
	for i := range doc.Connectors {
		doc.Connectors[i].AuthMechanisms = again(doc.Connectors[i].AuthMechanisms)
	}
	for i := range doc.Certificates {
		c := &doc.Certificates[i]
		c.SubjectCommonNames, c.DNSNames, c.Services = again(c.SubjectCommonNames), again(c.DNSNames), again(c.Services)
	}
}

// moveCommonNames: step 7 takes a name of either kind.
func moveCommonNames(_ *rapid.T, doc *gather.Document) {
	for i := range doc.Certificates {
		c := &doc.Certificates[i]
		c.DNSNames, c.SubjectCommonNames = append(c.DNSNames, c.SubjectCommonNames...), []string{}
	}
}

// unrelated changes facts that none of the nine steps reads.
func unrelated(rt *rapid.T, doc *gather.Document) {
	text := func(label string) string {
		return rapid.SampledFrom([]string{"", "x", "CN=EX01", "Microsoft Exchange", "0123456789"}).Draw(rt, label)
	}
	doc.Sources = map[string]string{"certificates": text("source")}
	if doc.Directory.Readable {
		doc.Directory.Error = text("error")
	}
	for i := range doc.Connectors {
		doc.Connectors[i].FQDN = text("fqdn")
		doc.Connectors[i].Bindings = []string{text("binding")}
	}
	for i := range doc.Certificates {
		c := &doc.Certificates[i]
		c.Subject, c.Issuer, c.SerialNumber = text("subject"), text("issuer"), text("serial_number")
		c.FriendlyName, c.KeyAlgorithm, c.SignatureAlgorithm = text("friendly_name"), text("key_algorithm"), text("signature_algorithm")
		c.KeyBits, c.Trust.Error = rapid.IntRange(0, 9999).Draw(rt, "key_bits"), text("trust.error")
		if named := doc.Directory.InternalTransportCertificate; named == nil || *named != c.Thumbprint {
			c.NotAfter = rapid.SampledFrom([]string{first, now, last}).Draw(rt, "not_after") // step 5 reads it for the loaded certificate
		}
	}
}

// The connectors in the decision have the order of the document, and nothing
// else changes.
func TestOrderOfConnectors(t *testing.T) {
	t.Parallel()
	decide := decider(t)
	rapid.Check(t, func(rt *rapid.T) {
		doc := drawn(rt)
		order := make([]int, len(doc.Connectors))
		for i := range order {
			order[i] = i
		}
		other := copyOf(rt, doc)
		want := decide(rt, doc)
		verdicts := slices.Clone(want.Connectors)
		for i, from := range shuffled(rt, order) {
			other.Connectors[i], want.Connectors[i] = doc.Connectors[from], verdicts[from]
		}
		require.Equal(rt, want, decide(rt, other))
	})
}

// An additional certificate that is not eligible is listed as ineligible with
// its reason, and changes nothing else.
func TestAddedIneligibleCertificate(t *testing.T) {
	t.Parallel()
	decide := decider(t)
	no := false
	rapid.Check(t, func(rt *rapid.T) {
		doc := drawn(rt)
		added := gather.Certificate{
			Thumbprint: strings.Repeat("ADDED", 8), Version: 3,
			SubjectCommonNames: []string{doc.Host.DNSHostName}, DNSNames: []string{doc.Host.PhysicalDNSFQDN},
			NotBefore: last, NotAfter: last, HasPrivateKey: new(true), SelfSigned: new(rapid.Bool().Draw(rt, "self_signed")), Services: []string{"SMTP"},
			Trust: gather.Trust{Chain: gather.ChainTrusted, ValidFrom: new(first), ValidUntil: new(last), Revoked: &no},
		}
		reason := rapid.SampledFrom([]string{"version_below_3", "no_private_key", "private_key_unknown", "name_mismatch", "smtp_not_enabled", "services_unknown"}).Draw(rt, "reason")
		switch reason {
		case "version_below_3":
			added.Version = 2
		case "no_private_key":
			added.HasPrivateKey = &no
		case "private_key_unknown":
			added.HasPrivateKey = nil
		case "name_mismatch":
			added.SubjectCommonNames, added.DNSNames = []string{"elsewhere"}, []string{}
		case "smtp_not_enabled":
			added.Services = []string{"IIS"}
		case "services_unknown":
			added.Services = nil
		}
		other := copyOf(rt, doc)
		other.Certificates = slices.Insert(other.Certificates, rapid.IntRange(0, len(doc.Certificates)).Draw(rt, "at"), added)
		got := decide(rt, other)
		require.Contains(rt, got.Ineligible[added.Thumbprint], reason)
		delete(got.Ineligible, added.Thumbprint)
		require.Equal(rt, decide(rt, doc), got)
	})
}

// at returns a copy of a document for another time.
func at(rt *rapid.T, doc *gather.Document, time string) *gather.Document {
	other := copyOf(rt, doc)
	other.Now = time
	return other
}

// seconds returns a time that many seconds later, or "" outside the range of
// times in documents.
func seconds(rt *rapid.T, text string, later time.Duration) string {
	when, err := time.Parse(gather.TimeFormat, text)
	require.NoError(rt, err)
	when = when.Add(later * time.Second)
	if when.Year() < 1 || when.Year() > 9999 {
		return ""
	}
	return when.Format(gather.TimeFormat)
}

// After not_after, the loaded certificate counts like one that expired long
// ago; until then, like one that never expires.
func TestTimePassesNotAfter(t *testing.T) {
	t.Parallel()
	decide := decider(t)
	passed := 0
	rapid.Check(t, func(rt *rapid.T) {
		doc := drawn(rt)
		named := doc.Directory.InternalTransportCertificate
		i := slices.IndexFunc(doc.Certificates, func(c gather.Certificate) bool { return named != nil && c.Thumbprint == *named })
		if i < 0 {
			return
		}
		ended, endless := copyOf(rt, doc), copyOf(rt, doc)
		ended.Certificates[i].NotAfter, endless.Certificates[i].NotAfter = first, last
		end := doc.Certificates[i].NotAfter
		for later := time.Duration(-1); later <= 1; later++ {
			when := seconds(rt, end, later)
			if when == "" {
				continue
			}
			like := endless
			if later > 0 {
				like = ended
			}
			got := decide(rt, at(rt, doc, when))
			require.Equal(rt, decide(rt, at(rt, like, when)), got, when)
			if got.Expired != nil {
				require.Equal(rt, later > 0, *got.Expired)
				passed++
			}
		}
	})
	require.Positive(t, passed)
}

// Within its window, including both ends, a chain counts like one that is
// always valid; outside of it, like one that is not trusted.
func TestTimePassesATrustWindow(t *testing.T) {
	t.Parallel()
	decide := decider(t)
	mattered := 0
	rapid.Check(t, func(rt *rapid.T) {
		doc := drawn(rt)
		for i, c := range doc.Certificates {
			from, until := c.Trust.ValidFrom, c.Trust.ValidUntil
			if from == nil || until == nil || *from > *until {
				continue
			}
			always, never := copyOf(rt, doc), copyOf(rt, doc)
			always.Certificates[i].Trust.ValidFrom, always.Certificates[i].Trust.ValidUntil = new(first), new(last)
			never.Certificates[i].Trust.Chain = gather.ChainUntrusted
			for _, moment := range []struct {
				when string
				like *gather.Document
			}{
				{seconds(rt, *from, -1), never}, {*from, always}, {*until, always}, {seconds(rt, *until, 1), never},
			} {
				if moment.when == "" {
					continue
				}
				got := decide(rt, at(rt, doc, moment.when))
				require.Equal(rt, decide(rt, at(rt, moment.like, moment.when)), got, "certificates[%d] at %s", i, moment.when)
				if got.BestKind != nil && *got.BestKind == "pki" && *got.Best == c.Thumbprint {
					mattered++
				}
			}
		}
	})
	require.Positive(t, mattered)
}

// Between those boundaries time changes nothing, not even when it passes a
// not_before, or the not_after of a certificate that is not loaded.
func TestTimeBetweenBoundaries(t *testing.T) {
	t.Parallel()
	decide := decider(t)
	rapid.Check(t, func(rt *rapid.T) {
		doc := drawn(rt)
		times := []string{first, last, now}
		for _, c := range doc.Certificates {
			for _, text := range []string{c.NotBefore, c.NotAfter} {
				for later := time.Duration(-1); later <= 1; later++ {
					if when := seconds(rt, text, later); when != "" {
						times = append(times, when)
					}
				}
			}
		}
		one, two := rapid.SampledFrom(times).Draw(rt, "one"), rapid.SampledFrom(times).Draw(rt, "two")
		// Moves every boundary to where neither time passes it.
		for i := range doc.Certificates {
			c := &doc.Certificates[i]
			if named := doc.Directory.InternalTransportCertificate; named != nil && c.Thumbprint == *named && (c.NotAfter < one) != (c.NotAfter < two) {
				c.NotAfter = last
			}
			if from := c.Trust.ValidFrom; from != nil && (*from <= one) != (*from <= two) {
				c.Trust.ValidFrom = new(first)
			}
			if until := c.Trust.ValidUntil; until != nil && (one <= *until) != (two <= *until) {
				c.Trust.ValidUntil = new(last)
			}
		}
		want, got := decide(rt, at(rt, doc, one)), decide(rt, at(rt, doc, two))
		require.Equal(rt, one, want.EvaluatedAt)
		require.Equal(rt, two, got.EvaluatedAt)
		want.EvaluatedAt = two
		require.Equal(rt, want, got)
	})
}
