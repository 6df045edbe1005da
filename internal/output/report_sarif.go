package output

import (
	"encoding/json"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// Where the program and its rules are described.
const (
	home     = "https://github.com/transportcert/transportcert"
	rulesDoc = home + "/blob/main/docs/rules.md"
)

// schemaURI is where the published schema of SARIF 2.1.0 is.
const schemaURI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifReport is one run for all documents, written by Close.
type sarifReport struct {
	w             io.Writer
	run           sarifRun
	results       array
	servers       array
	notifications array
	invocation    *sarif.Invocation
	index         map[string]int // of each rule, by id
	baseline      *baseline.Baseline
}

// In a run either all results have suppressions, be there none, or no result
// has any (SARIF 2.1.0, 3.27.23). The library leaves out what is empty.
type (
	sarifRun struct {
		*sarif.Run
		Results    []any           `json:"results"`
		Properties sarifProperties `json:"properties"`
	}
	// SARIF has no place of its own for what is said about a server.
	sarifProperties struct {
		Servers []any `json:"servers"`
	}
	sarifServer struct {
		Server   string `json:"server"`
		Document string `json:"document"`
		Verdict  string `json:"verdict"`
		Plan     string `json:"plan"`
	}
	sarifResult struct {
		*sarif.Result
		Suppressions []*sarif.Suppression `json:"suppressions"`
	}
)

func newSARIF(w io.Writer, options ReportOptions) *sarifReport {
	run := sarif.NewRunWithInformationURI("transportcert", home)
	if options.Version != "(devel)" { // which is what Go calls a build of no version
		run.Tool.Driver.WithVersion(options.Version)
	}
	if semantic := strings.TrimPrefix(options.Version, "v"); semanticVersion.MatchString(semantic) {
		run.Tool.Driver.WithSemanticVersion(semantic)
	}
	invocation := sarif.NewInvocation().WithExecutionSuccessful(true)
	run.AddInvocation(invocation)
	r := &sarifReport{
		w: w, run: sarifRun{run, []any{}, sarifProperties{[]any{}}}, invocation: invocation, index: map[string]int{}, baseline: options.Baseline,
		results: array{key: "results", indent: "        "}, servers: array{key: "servers", indent: "          "},
		notifications: array{key: "toolExecutionNotifications", indent: "            "},
	}
	for _, rule := range options.Rules {
		r.addRule(rule)
	}
	return r
}

var semanticVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$`)

func (r *sarifReport) addRule(rule evaluate.Rule) {
	descriptor := sarif.NewRule(rule.ID).
		WithName(pascalCase(rule.Title)).
		WithShortDescription(message(rule.Title)).
		WithFullDescription(message(rule.Description)).
		WithHelp(message(help(rule)).WithMarkdown(printable.Lines(ruleMarkdown(rule)))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level(rule.Severity)))
	if shippedID.MatchString(rule.ID) {
		descriptor.WithHelpURI(rulesDoc + "#" + strings.ToLower(rule.ID))
	} else if len(rule.References) > 0 {
		descriptor.WithHelpURI(rule.References[0].URL)
	}
	r.index[rule.ID] = len(r.run.Tool.Driver.Rules)
	r.run.Tool.Driver.AddRule(descriptor)
}

var shippedID = regexp.MustCompile(`^TC[0-9]{3}$`)

func (r *sarifReport) Add(c Checked) error {
	for _, fact := range newServer(c.Facts, c.Decision).unknown() {
		if err := r.notify("note", c.Document, c.Server+": "+fact); err != nil {
			return err
		}
	}
	for i, finding := range c.Findings {
		if err := r.add(finding, c.Places[i]); err != nil {
			return err
		}
	}
	return r.servers.add(sarifServer{c.Server, printable.Line(c.Document), c.Plan.Verdict, planText(c.Plan)})
}

func (r *sarifReport) add(finding evaluate.Finding, place documents.Place) error {
	if _, known := r.index[finding.RuleID]; !known { // an organization's own, without METADATA
		r.addRule(ruleOf(finding))
	}
	result := sarif.NewRuleResult(finding.RuleID).
		WithRuleIndex(r.index[finding.RuleID]).
		WithLevel(level(finding.Severity)).
		WithMessage(sarif.NewTextMessage(advice(finding))).
		WithLocations([]*sarif.Location{location(place, finding)}).
		WithPartialFingerprints(map[string]string{"transportcertFinding/v1": baseline.Fingerprint(finding)})
	if finding.BaselineState != "" {
		result.WithBaselineState(finding.BaselineState)
	}
	said, err := withoutDefaults(sarifResult{result, suppressions(finding.Suppressed)})
	if err != nil {
		return err
	}
	return r.results.add(said)
}

// addAbsent adds what was there in the baseline and no longer is.
func (r *sarifReport) addAbsent() error {
	absent, _ := r.baseline.Absent()
	for _, finding := range absent {
		if err := r.add(printed(finding.Finding), documents.PlaceOf(finding.Document)); err != nil {
			return err
		}
	}
	return nil
}

func suppressions(suppressed *evaluate.Suppression) []*sarif.Suppression {
	if suppressed == nil {
		return []*sarif.Suppression{}
	}
	return []*sarif.Suppression{sarif.NewSuppression().
		WithKind("external").WithStatus("accepted").WithJustification(waiver(suppressed))}
}

// ruleOf is what a finding says of its rule.
func ruleOf(finding evaluate.Finding) evaluate.Rule {
	rule := evaluate.Rule{ID: finding.RuleID, Title: finding.Title, Description: finding.Title, Severity: finding.Severity, Remediation: finding.Remediation}
	for _, reference := range finding.References {
		rule.References = append(rule.References, evaluate.Reference{Description: reference, URL: reference})
	}
	return rule
}

// location points into the document; the JSON path is the logical location.
// A region has to have a line: the first, where it is not known.
func location(place documents.Place, finding evaluate.Finding) *sarif.Location {
	at := sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(place.File))).
		WithRegion(sarif.NewRegion().WithStartLine(max(1, place.Line))))
	if jsonPath := finding.Path; jsonPath != "" {
		at.AddLogicalLocation(sarif.NewLogicalLocation().
			WithName(jsonPath[strings.LastIndexByte(jsonPath, '.')+1:]).
			WithFullyQualifiedName(jsonPath).
			WithKind("property"))
	}
	return at
}

// uri writes a path as a URI: of an absolute path a whole one, of another a
// relative one, which readers resolve against the root of their source tree.
func uri(file string) string {
	slashed := path.Clean(filepath.ToSlash(file))
	if filepath.IsAbs(file) {
		return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(slashed, "/")}).String()
	}
	return (&url.URL{Path: slashed}).String()
}

// Fail notes what could not be checked.
func (r *sarifReport) Fail(document string, why error) error {
	r.invocation.WithExecutionSuccessful(false)
	return r.notify("error", document, why.Error())
}

func (r *sarifReport) notify(level, document, text string) error {
	notification, err := withoutDefaults(sarif.NewNotification().
		WithLevel(level).
		WithMessage(sarif.NewTextMessage(printable.Line(text))).
		WithLocations([]*sarif.Location{sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().
			WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(document))))}))
	if err != nil {
		return err
	}
	return r.notifications.add(notification)
}

func (r *sarifReport) Close() error {
	if err := r.addAbsent(); err != nil {
		return err
	}
	run, err := withoutDefaults(r.run)
	if err != nil {
		return err
	}
	if r.notifications.text.Len() > 0 {
		invocation := run.(map[string]any)["invocations"].([]any)[0].(map[string]any)
		invocation[r.notifications.key] = []any{}
	}
	return writeWithArrays(r.w, struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []any  `json:"runs"`
	}{schemaURI, "2.1.0", []any{run}}, &r.notifications, &r.servers, &r.results) // by the names of members, as JSON writes a map
}

// withoutDefaults returns what JSON writes of a value, without the members that
// the library writes where nothing was set: -1 and empty arrays.
func withoutDefaults(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var said any
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, err
	}
	return removeDefaults(said), nil
}

func removeDefaults(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = removeDefaults(value[i])
		}
	case map[string]any:
		for name, member := range value {
			list, isList := member.([]any)
			wanted := name == "results" || name == "servers" || name == "suppressions"
			if member == -1.0 || isList && len(list) == 0 && !wanted {
				delete(value, name)
				continue
			}
			value[name] = removeDefaults(member)
		}
	}
	return value
}

func message(text string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(printable.Lines(text))
}

func level(severity string) string {
	switch severity {
	case "error", "warning":
		return severity
	case "info":
		return "note"
	}
	return "warning" // which SARIF takes where nothing is said
}

// help is ruleMarkdown as plain text.
func help(rule evaluate.Rule) string {
	text := rule.Description
	if rule.Remediation != "" {
		text += "\n\n" + rule.Remediation
	}
	for i, reference := range rule.References {
		if i == 0 {
			text += "\n"
		}
		text += "\n" + reference.URL
	}
	return text
}

// pascalCase makes the name of a rule from its title, as readers of SARIF
// expect it: CertificateExpiresSoon.
func pascalCase(title string) string {
	var name strings.Builder
	for _, word := range strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, rest := []rune(word)[0], []rune(word)[1:]
		name.WriteRune(unicode.ToUpper(first))
		name.WriteString(string(rest))
	}
	return name.String()
}
