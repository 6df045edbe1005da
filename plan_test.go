package transportcert_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// TestPlans carries out the plans for generated documents and for the fixtures,
// by what each action says that it does to the facts, and decides again: what
// the plan answers is gone, and nothing has taken its place.
func TestPlans(t *testing.T) {
	clock, err := time.Parse(gather.TimeFormat, "2026-11-22T07:00:00Z")
	require.NoError(t, err)
	evaluator, err := evaluate.New(t.Context(), evaluate.WithClock(func() time.Time { return clock }))
	require.NoError(t, err)
	paths, err := filepath.Glob("fixtures/*/input.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			carryOut(t, evaluator, text)
			expected, err := os.ReadFile(filepath.Join(filepath.Dir(path), "plan.json"))
			if errors.Is(err, os.ErrNotExist) {
				return
			}
			require.NoError(t, err)
			document, err := gather.Decode(text)
			require.NoError(t, err)
			checked, err := evaluator.Check(t.Context(), document)
			require.NoError(t, err)
			require.JSONEq(t, string(expected), steps(t, checked.Plan))
		})
	}
	// The same documents in every run: what a plan does for one that nobody has is not worth a red build elsewhere.
	many := flag.Lookup("rapid.checks").Value.(flag.Getter).Get().(int)
	for part := range 4 {
		t.Run(fmt.Sprint("generated ", part), func(t *testing.T) {
			t.Parallel()
			generated := documents.Document()
			for seed := part; seed < many; seed += 4 {
				document := generated.Example(seed)
				makePossible(document)
				text, err := json.Marshal(document)
				require.NoError(t, err)
				t.Run(strconv.Itoa(seed), func(t *testing.T) { carryOut(t, evaluator, text) })
			}
		})
	}
}

// steps is what a person does in a plan, as the fixtures have it.
func steps(t *testing.T, plan evaluate.Plan) string {
	t.Helper()
	type step struct {
		ID       string   `json:"id"`
		Commands []string `json:"commands"`
		Answer   *string  `json:"answer"`
		Manual   bool     `json:"manual"`
	}
	all := []step{}
	for _, action := range plan.Actions {
		next := step{ID: action.ID, Commands: action.Commands, Manual: action.Manual}
		if action.Prompt != nil {
			next.Answer = &action.Prompt.Answer
		}
		all = append(all, next)
	}
	text, err := json.Marshal(all)
	require.NoError(t, err)
	return string(text)
}

// makePossible gives a document what every server has: connectors of different
// names, chains that are not valid while the certificate is not, and no
// certificate that was made in this very second.
func makePossible(document *gather.Document) {
	names := map[string]bool{}
	for i := range document.Connectors {
		for names[document.Connectors[i].Name] {
			document.Connectors[i].Name += "'"
		}
		names[document.Connectors[i].Name] = true
	}
	names = map[string]bool{}
	for i := range document.SendConnectors {
		for names[document.SendConnectors[i].Name] {
			document.SendConnectors[i].Name += "'"
		}
		names[document.SendConnectors[i].Name] = true
	}
	for i := range document.Certificates {
		c := &document.Certificates[i]
		c.NotBefore, c.NotAfter = min(c.NotBefore, c.NotAfter), max(c.NotBefore, c.NotAfter)
		if c.NotBefore >= "2026-11-22T06:59:50Z" && c.NotBefore <= "2026-11-22T07:00:01Z" {
			c.NotBefore = "2026-11-22T06:00:00Z"
		}
		if c.Trust.ValidFrom != nil {
			c.Trust.ValidFrom = new(max(*c.Trust.ValidFrom, c.NotBefore))
		}
		if c.Trust.ValidUntil != nil {
			c.Trust.ValidUntil = new(min(*c.Trust.ValidUntil, c.NotAfter))
		}
	}
}

// A fault is an event or a finding, without what names it in words.
type fault struct {
	id, thumbprint, connector string
}

func faults(checked *evaluate.Checked) map[fault]string {
	all := map[fault]string{}
	for _, event := range checked.Decision.Events {
		all[fault{id: fmt.Sprint(event.ID), connector: textOf(event.Connector)}] = textOf(event.Action)
	}
	for _, finding := range checked.Findings {
		if finding.Severity != "info" && finding.Suppressed == nil {
			f := fault{finding.RuleID, textOf(finding.Thumbprint), textOf(finding.Connector)}
			if f.id == "TC004" || f.id == "TC014" { // about the internal transport certificate, whichever it is
				f.thumbprint = ""
			}
			all[f] = textOf(finding.Action)
		}
	}
	return all
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func carryOut(t *testing.T, evaluator *evaluate.Evaluator, text []byte) {
	t.Helper()
	ctx := context.Background()
	document, err := gather.Decode(text)
	require.NoError(t, err)
	before, err := evaluator.Check(ctx, document)
	require.NoError(t, err)
	actions := wellFormed(t, document, before)
	var applied strings.Builder
	for _, action := range before.Plan.Actions {
		fmt.Fprintf(&applied, "%s %v manual %v %s\n  %s\n", action.ID, action.Why, action.Manual, action.Effect, strings.Join(action.Commands, "\n  "))
	}
	changed, _, err := evaluate.ApplyPlan(document, before.Plan)
	require.NoError(t, err)
	madeInOrder(document, changed, before.Decision.EvaluatedAt)
	after, err := evaluator.Check(ctx, changed)
	require.NoError(t, err)
	was, is := faults(before), faults(after)
	for f := range is {
		action, known := was[f]
		if known && !actions[action].Manual && !excepted(f, document, before, after) {
			text, _ := json.Marshal(document)
			t.Errorf("%v is still there after\n%sbefore: %s", f, applied.String(), text)
		}
		if !known && !leftToAPerson(f, before) && !excepted(f, document, before, after) {
			text, _ := json.Marshal(document)
			t.Errorf("%v is new after\n%sbefore: %s", f, applied.String(), text)
		}
	}
}

// madeInOrder makes the later of the certificates that a plan makes the more
// recent, as it is on a server. In the facts all begin now.
func madeInOrder(before, after *gather.Document, now string) {
	at, _ := time.Parse(gather.TimeFormat, now)
	for i := range slices.Backward(after.Certificates) {
		c := &after.Certificates[i]
		if !slices.ContainsFunc(before.Certificates, func(old gather.Certificate) bool { return old.Thumbprint == c.Thumbprint }) {
			c.NotBefore = at.Format(gather.TimeFormat)
			at = at.Add(-time.Second)
		}
	}
}

// leftToAPerson reports whether a fault that a plan uncovers is one for which it
// has an action by hand already, under another name.
func leftToAPerson(f fault, before *evaluate.Checked) bool {
	ofConnector := map[string]bool{"TC040": f.connector != ""} // it is about all connectors
	for other := range faults(before) {
		ofConnector[other.id] = ofConnector[other.id] || f.connector != "" && other.connector == f.connector
	}
	return slices.ContainsFunc(before.Plan.Actions, func(action evaluate.Action) bool {
		kind, about, _ := strings.Cut(action.ID, ":")
		answers := slices.ContainsFunc(action.Why, func(reason evaluate.Reason) bool { return ofConnector[reason.String()] })
		return action.Manual && (about == f.thumbprint && slices.Contains(leftOfCertificate[f.id], kind) || answers && slices.Contains(leftOfConnector[f.id], kind))
	})
}

var (
	// What is wrong with a certificate that a CA has to replace, or whose chain has to be repaired. Other rules, or none,
	// reported it while it was the internal transport certificate or no connector searched for it.
	leftOfCertificate = map[string][]string{
		"TC006": replaced, "TC020": replaced, "TC021": replaced, "TC022": replaced, "TC024": replaced, "TC028": replaced,
		"TC029": append(replaced, "trust"), "TC047": replaced,
	}
	replaced = []string{"renew", "federation-certificate"}
	// A connector that now offers STARTTLS, or has another FQDN, lacks a certificate that only a person can bring, or that
	// is not valid yet, or of which something is not known; or its certificate has expired. It gets no ExchangeServer while the
	// server's names are not known. Of its TlsCertificateName, another rule says why it names none.
	leftOfConnector = map[string][]string{
		"12014": noCertificate, "TC005": noCertificate, "TC046": noCertificate, "TC047": noCertificate, "12016": replaced, "TC041": {"gather-host"},
		"TC060": {"import-certificate"}, "TC061": {"import-certificate"}, "TC063": {"import-certificate"}, "TC065": {"import-certificate"},
	}
	noCertificate = []string{"import-certificate", "private-key", "trust", "renew", "federation-certificate", "clock", "gather-facts", "gather-host"}
)

// excepted are the faults that can outlast a plan or follow it, since no command
// can do better.
func excepted(f fault, document *gather.Document, before, after *evaluate.Checked) bool {
	was, is := before.Decision.InboundAnonymous, after.Decision.InboundAnonymous
	plans := func(id string) bool {
		return slices.ContainsFunc(before.Plan.Actions, func(action evaluate.Action) bool { return action.ID == id })
	}
	switch f.id {
	// Where the version is not known, plans follow 2016, which has no event 1037, and decisions 2007. So a self-signed
	// certificate stays beside a CA's, or beside one that a connector needs, and an event that only lacked a connector comes.
	case "1037", "TC004", "TC014":
		kept := was.MatchesBest != nil && !*was.MatchesBest
		unknown := document.Procedure == "" && document.ExchangeVersion == "" &&
			(kept || textOf(is.BestKind) == "pki" || !slices.Contains(was.Eligible, textOf(is.Best)))
		// A certificate of the future is the best already, and nothing has to be done if the clock is right. That of a
		// federation trust stays.
		return unknown || plans("clock:"+textOf(is.Best)) || plans("federation-certificate:"+textOf(is.Best))
	// What TC040 is about gives the connector the server's FQDN, for which it can lack a certificate too.
	case "12014", "TC005":
		return plans("exchange-server-auth:"+f.connector) && leftToAPerson(f, before)
	// A fact that is not known decides once what was better is gone.
	case "TC051":
		return slices.ContainsFunc(document.Certificates, func(c gather.Certificate) bool {
			return c.Thumbprint == f.thumbprint && (c.SelfSigned == nil || c.Trust.Chain == gather.ChainUnknown)
		})
	// Among those that remain, one of the future is best, which decides nothing before it is valid.
	case "TC025":
		return f.thumbprint == textOf(is.Best) && f.thumbprint != textOf(is.Thumbprint)
	// What the plan says of it is to run the Hybrid Configuration Wizard afterwards.
	case "TC066":
		return plans("send-connector-tls:"+f.connector) || plans("receive-connector-tls:"+f.connector)
	// Names are reported once a certificate is eligible. Then only a CA can issue one for all names where its certificate is the
	// best, and only the directory, or a fact that is not known, keeps the server from one of its own.
	case "TC015":
		return len(was.Eligible) == 0 && (is.Procedure != "2016" && textOf(is.BestKind) == "pki" || plans("directory-readable") || plans("gather-facts"))
	// A certificate that is used once another one is gone has a chain that ends soon, which only its CA can mend, or it begins soon.
	case "TC056":
		now, _ := time.Parse(gather.TimeFormat, before.Decision.EvaluatedAt)
		horizon := now.AddDate(0, 0, 30).Format(gather.TimeFormat)
		soon := func(at *string) bool { return at != nil && before.Decision.EvaluatedAt <= *at && *at <= horizon }
		return slices.ContainsFunc(document.Certificates, func(c gather.Certificate) bool {
			return c.Thumbprint == f.thumbprint && (soon(&c.NotBefore) || soon(c.Trust.ValidFrom) || soon(c.Trust.ValidUntil))
		})
	}
	return false
}

var (
	enabling    = regexp.MustCompile(`Enable-ExchangeCertificate -Thumbprint ([0-9A-F]{40}) `)
	asking      = regexp.MustCompile(`Enable-ExchangeCertificate .*-Services [A-Za-z,]*SMTP|New-ExchangeCertificate|Remove-ExchangeCertificate`)
	notAsking   = regexp.MustCompile(`-GenerateRequest|-Confirm:\$false`)
	placeholder = regexp.MustCompile(`\b(THUMBPRINT|SITE|NEW)\b`)
)

// wellFormed holds a plan against what holds for every plan. It returns the
// actions by id.
func wellFormed(t *testing.T, document *gather.Document, checked *evaluate.Checked) map[string]evaluate.Action {
	t.Helper()
	now := checked.Decision.EvaluatedAt
	store := map[string]gather.Certificate{}
	for _, c := range document.Certificates {
		store[c.Thumbprint] = c
	}
	actions := map[string]evaluate.Action{}
	overwrites := 0
	for _, action := range checked.Plan.Actions {
		require.NotContains(t, actions, action.ID)
		if action.Prompt != nil && action.Prompt.Answer == "Yes" && strings.HasPrefix(action.Prompt.Question, "Overwrite") {
			overwrites++
		}
		actions[action.ID] = action
		require.NotEmpty(t, action.Title)
		require.NotEmpty(t, action.Why, action.ID)
		require.True(t, action.Manual == (action.Effect == nil), action.ID)
		require.True(t, action.Manual || len(action.Commands) > 0, action.ID)
		require.True(t, !action.Manual || action.Description != "", action.ID)
		for i, command := range action.Commands {
			require.NotContains(t, command, "\n", action.ID)
			if asks := asking.MatchString(command) && !notAsking.MatchString(command); !action.Manual && asks {
				require.Zero(t, i, "%s: %s asks", action.ID, command)
				require.NotNil(t, action.Prompt, action.ID)
			}
			require.False(t, !action.Manual && placeholder.MatchString(command), command)
			if named := enabling.FindStringSubmatch(command); named != nil {
				c := store[named[1]]
				require.True(t, c.NotBefore <= now && now <= c.NotAfter, "%s is not valid", command)
				require.False(t, c.Trust.Revoked != nil && *c.Trust.Revoked, "%s is revoked", command)
			}
		}
		if action.Prompt != nil && action.Prompt.Answer == "No" {
			require.Len(t, action.Commands, 1, action.ID)
		}
	}
	require.LessOrEqual(t, overwrites, 1, "the later certificate wins, and the action for the other one is for nothing")
	answered := func(id *string, reason evaluate.Reason) {
		require.NotNil(t, id, reason)
		require.Contains(t, actions, *id, reason)
		require.Contains(t, actions[*id].Why, reason)
	}
	for _, event := range checked.Decision.Events {
		answered(event.Action, evaluate.Reason{Event: event.ID})
		require.NotEmpty(t, event.Remediation)
	}
	for _, finding := range checked.Findings {
		if finding.Severity != "info" {
			answered(finding.Action, evaluate.Reason{Rule: finding.RuleID})
		}
	}
	return actions
}
