//go:build unix

package e2e_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
)

// hostileName is the hostile text as a file's name can be: shorter, and without NUL.
var hostileName = strings.NewReplacer("\x00", "", "/", "").Replace(hostile.Text)

// requireHarmless asks that neither a terminal nor a CI system obeys what a
// command wrote, but for the commands of the format that it was asked for.
func requireHarmless(t *testing.T, ended ending, format string) {
	t.Helper()
	text := ended.stdout
	switch format {
	case "github":
		text = regexp.MustCompile(`(?m)^::(error |warning |notice |group::|endgroup::$)`).ReplaceAllString(text, "command ")
	case "azure":
		text = regexp.MustCompile(`(?m)^##(vso\[task\.logissue |\[group\]|\[endgroup\]$)`).ReplaceAllString(text, "command ")
	case "csv":
		text = strings.ReplaceAll(text, "\r\n", "\n")
	case "plan":
		text = strings.TrimPrefix(text, "\ufeff")
	case "markdown":
		text = regexp.MustCompile(`(?m)^## `).ReplaceAllString(text, "heading ")
	}
	hostile.CheckStream(t, text)
	hostile.CheckStream(t, ended.stderr)
	require.NotRegexp(t, `(?m)^forged`, ended.stdout+ended.stderr)
}

// hostileDocument is a document in which everything that is free to choose is
// the hostile text.
func hostileDocument(t *testing.T) string {
	t.Helper()
	var doc map[string]any
	require.NoError(t, json.Unmarshal([]byte(input(t, "01-as-installed")), &doc))
	spoil := func(object any, keys ...string) {
		for _, key := range keys {
			switch old := object.(map[string]any)[key].(type) {
			case []any:
				object.(map[string]any)[key] = append(old, hostile.Text)
			default:
				object.(map[string]any)[key] = hostile.Text
			}
		}
	}
	spoil(doc, "server")
	doc["sources"] = map[string]any{hostile.Text: hostile.Text}
	spoil(doc["host"], "dns_fqdn", "dns_host_name", "physical_dns_fqdn", "physical_dns_host_name")
	for _, connector := range doc["connectors"].([]any) {
		spoil(connector, "name", "fqdn", "bindings", "tls_certificate_name")
	}
	for _, certificate := range doc["certificates"].([]any) {
		spoil(certificate, "subject", "issuer", "friendly_name", "subject_common_names", "dns_names", "key_algorithm", "signature_algorithm")
		spoil(certificate.(map[string]any)["trust"], "error")
		delete(certificate.(map[string]any), "der")
	}
	spoil(doc["directory"], "error")
	texts := []any{hostile.Text}
	doc["send_connectors"] = []any{map[string]any{
		"name": hostile.Text, "fqdn": hostile.Text, "smart_host_auth_mechanism": "ExchangeServer", "smart_hosts": texts, "address_spaces": texts,
		"tls_certificate_name": hostile.Text, "tls_domain": hostile.Text, "source_servers": texts,
	}}
	doc["edge_subscriptions"] = []any{map[string]any{"name": hostile.Text, "thumbprint": nil}}
	doc["hybrid"] = map[string]any{"tls_certificate_name": hostile.Text}
	doc["exchange_version"], doc["roles"] = "15.2.1748.10", []any{"Mailbox"}
	text, err := json.Marshal(doc)
	require.NoError(t, err)
	return string(text)
}

// Every input goes through every format of every command that reads it.
func TestHostileText(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	quoted, err := json.Marshal(hostile.Text)
	require.NoError(t, err)
	text := string(quoted)

	// As a document, alone and in a folder, under a hostile name, and one that is damaged.
	require.NoError(t, os.Mkdir(in("documents"), 0o700))
	good := filepath.Join(in("documents"), hostileName[:100]+".json")
	put(t, good, hostileDocument(t))
	require.NotEqual(t, exitError, program(t, "", "evaluate", good).code, "it is right, and is decided on")
	put(t, filepath.Join(in("documents"), hostileName[:90]+"x.json"), `{"server": 1, `+text+`: 2}`)
	put(t, filepath.Join(in("documents"), hostileName[:90]+"y"), "")

	ended := program(t, "", "evaluate", in("documents"))
	require.NotRegexp(t, `(?m)^\s*(forged|:)`, ended.stderr, "not even indented")

	// As the rules, METADATA, reasons, findings and waivers of an organization.
	require.NoError(t, os.Mkdir(in("custom"), 0o700))
	put(t, filepath.Join(in("custom"), "rules.rego"), `# METADATA
# scope: subpackages
package transportcert.custom

import data.transportcert.inbound_anonymous

ineligible contains {"thumbprint": certificate.thumbprint, "reason": `+text+`} if {
	some certificate in input.certificates
}

# METADATA
# title: `+text+`
# description: `+text+`
# custom:
#   id: ORG1
#   severity: error
#   remediation: `+text+`
findings contains {
	"rule_id": "ORG1", "title": `+text+`, "severity": "error", "server": input.server, "message": `+text+`,
	"remediation": "Call us.", "references": [`+text+`], "path": `+text+`, "thumbprint": null, "connector": `+text+`,
} if input.server
`)
	put(t, in("waivers.json"), `[{"rule_id": "ORG1", "server": `+text+`, "reason": `+text+`, "expires": "2099-01-01"}]`)
	put(t, in("wrong-waivers.json"), `[{"rule_id": "ORG1", `+text+`: `+text+`, "reason": "", "expires": `+text+`}]`)
	require.NoError(t, os.Mkdir(in("broken"), 0o700))
	put(t, filepath.Join(in("broken"), hostileName[:100]+".rego"), "package transportcert.custom\n\n"+hostile.Text)

	for _, command := range []struct{ format, line string }{
		{"text", `evaluate "$1"`}, {"json", `evaluate -o json "$1"`}, {"ndjson", `evaluate -o ndjson "$1"`}, {"pem", `evaluate -o pem "$1"`},
		{"text", `evaluate --color always "$1" | sed 's/\x1b\[[0-9]*m//g'`}, {"text", `explain "$1"`},
		{"text", `evaluate "$2"`}, {"github", `check -o github "$2"`}, {"azure", `check -o azure "$2"`}, {"junit", `check -o junit "$2"`},
		{"text", `check "$1"`}, {"json", `check -o json "$1"`}, {"junit", `check -o junit "$1"`}, {"sarif", `check -o sarif "$1"`},
		{"csv", `check -o csv "$1"`}, {"plan", `check -o plan "$1"`}, {"github", `check -o github "$1"`}, {"azure", `check -o azure "$1"`},
		{"text", `check -o text --waivers "$3/waivers.json" "$1"`}, {"azure", `check -o azure --waivers "$3/waivers.json" "$1"`},
		{"text", `check --waivers "$3/wrong-waivers.json" "$1"`}, {"text", `check --waivers "$3/$4" "$1"`},
		{"text", `evaluate --policy "$3/broken" "$1"`}, {"text", `policy check "$3/broken"`}, {"text", `policy test "$3/broken"`},
		{"text", `evaluate --bundle "$3/$4" "$1"`}, {"text", `evaluate "$3/$4"`}, {"text", `evaluate "$4"`},
		{"text", `gather --exports "$2"`}, {"text", `gather --store "$2" --host "$4"`}, {"text", `gather --facts "$1" --host a.b,c`},
		{"text", `evaluate --at "$4" "$1"`}, {"text", `evaluate -o "$4"`}, {"text", `check -o "$4"`}, {"text", `"$4"`}, {"text", `evaluate "--$4"`},
		{"text", `rules`}, {"json", `rules -o json`}, {"markdown", `rules -o markdown`}, {"text", `rules "$4"`},
	} {
		for _, policy := range []string{"", ` --policy "$3/custom"`} {
			if policy != "" && !regexp.MustCompile(`^(evaluate|explain|check|rules)( -o [a-z]+)?( "\$1")?$`).MatchString(command.line) {
				continue
			}
			ended := shell(t, "transportcert "+command.line+policy, good, in("documents"), folder, hostileName)
			requireHarmless(t, ended, command.format)
			if t.Failed() {
				t.Fatalf("%s%s, exit code %d\n%s\n%s", command.line, policy, ended.code, ended.stdout, ended.stderr)
			}
		}
	}
}

// The text that a directory sends with an error is no more than a text.
func TestHostileDiagnostic(t *testing.T) {
	t.Parallel()
	host := hostile.Listen(t, func(conn *net.TCPConn) { refuse(conn) })
	ended := program(t, "", "gather", "--server", hostileName, "--ldap-url", "ldap://"+host, "--anonymous", "--timeout", "5s")
	require.Equal(t, exitError, ended.code)
	require.Contains(t, ended.stderr, "::error::a")
	require.Equal(t, 1, strings.Count(ended.stderr, "\n"))
	requireHarmless(t, ended, "text")
}

// refuse answers a bind with an error whose text is hostile.
func refuse(conn net.Conn) {
	if _, err := ber.ReadPacket(conn); err != nil {
		return
	}
	answer := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindResponse, nil, "")
	answer.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(ldap.LDAPResultInvalidCredentials), ""))
	answer.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	answer.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, hostile.Text, ""))
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(1), ""))
	message.AppendChild(answer)
	conn.Write(message.Bytes())
}

// A report that nobody can have read is an error, and not lost.
func TestClosedStandardOutput(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"evaluate -", "explain -", "check -o json -", "version", "rules"} {
		ended := shell(t, "echo \"$1\" | transportcert "+command+" >&-", input(t, "01-as-installed"))
		require.Equal(t, exitError, ended.code, command)
		require.Contains(t, ended.stderr, "standard output is closed", command)
		ended = shell(t, "echo \"$1\" | transportcert "+command+" >/dev/null", input(t, "01-as-installed"))
		require.NotContains(t, ended.stderr, "standard output", command)
	}
}

// No folder for temporary files is needed where nothing is too long for memory.
func TestNoTemporaryFolder(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"evaluate -", "explain -", "check --fail-on none -o json -", "rules"} {
		ended := shell(t, "echo \"$1\" | TMPDIR=/nowhere transportcert "+command, input(t, "01-as-installed"))
		require.Zero(t, ended.code, "%s: %s", command, ended.stderr)
	}
}
