package exports

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// rootThumbprint is the thumbprint of the fixtures' root, computed by OpenSSL.
const rootThumbprint = "2A3AC6E017F92DC11178E79A74130E7FB3D8899D"

// rootDER returns the fixtures' root certificate.
func rootDER(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(fixtures + "/roots/contoso-root.pem")
	require.NoError(t, err)
	block, _ := pem.Decode(data)
	return block.Bytes
}

// objs returns a CLIXML file with these values.
func objs(values ...string) string {
	return `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">` + strings.Join(values, "\n") + `</Objs>`
}

// obj returns an object of a type with properties; each property is an element.
func obj(typeName string, properties ...string) string {
	return `<Obj><TN><T>` + typeName + `</T><T>System.Object</T></TN><Props>` + strings.Join(properties, "") + `</Props></Obj>`
}

// el returns a named value: el("S", "Name", "EX01").
func el(kind, name, text string) string {
	return fmt.Sprintf("<%s N=%q>%s</%[1]s>", kind, name, text)
}

func enum(name, text, number string) string {
	return `<Obj N="` + name + `"><ToString>` + text + `</ToString><I32>` + number + `</I32></Obj>`
}

const (
	typeConnector   = "Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector"
	typeTransport   = "Microsoft.Exchange.Data.Directory.Management.TransportServer"
	typeServer      = "Microsoft.Exchange.Data.Directory.Management.ExchangeServer"
	typeCertificate = "Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"
	typeX509        = "System.Security.Cryptography.X509Certificates.X509Certificate2"
)

func connectorObj(properties ...string) string {
	return obj(typeConnector, append([]string{el("S", "Identity", `EX01\Default EX01`)}, properties...)...)
}

func certificateObj(t *testing.T, properties ...string) string {
	t.Helper()
	raw := el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t)))
	return obj(typeCertificate, append([]string{raw, el("S", "Identity", `ex01.corp.contoso.test\`+rootThumbprint)}, properties...)...)
}

// folder writes files into a new folder and returns its path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func one(values ...string) map[string]string { return map[string]string{"a.xml": objs(values...)} }

func text(of string) *string { return &of }

func TestConnector(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, test := range map[string]struct {
		object  string
		want    gather.Connector
		reports []string
	}{
		"text of flags": {
			obj("Deserialized."+typeConnector, el("S", "Name", "In"), el("S", "Server", "EX01"), el("S", "AuthMechanism", "ExchangeServer, Tls")),
			gather.Connector{Name: "In", AuthMechanisms: []string{"Tls", "ExchangeServer"}}, nil,
		},
		"number of flags": {connectorObj(el("I32", "AuthMechanism", "49")), gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"Tls", "ExchangeServer", "ExternalAuthoritative"}}, nil},
		"None":            {connectorObj(el("S", "AuthMechanism", "None")), gather.Connector{Name: "Default EX01", AuthMechanisms: []string{}}, nil},
		"0":               {connectorObj(enum("AuthMechanism", "None", "0")), gather.Connector{Name: "Default EX01", AuthMechanisms: []string{}}, nil},
		"number where the text does not parse": {
			connectorObj(enum("AuthMechanism", "ServeurExchange", "16")), gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"ExchangeServer"}}, nil,
		},
		"unknown bit": {
			connectorObj(enum("AuthMechanism", "80", "80")), gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"ExchangeServer"}},
			[]string{`DIR/a.xml: object 1: connector "Default EX01": unknown AuthMechanism ignored: 0x40`},
		},
		"unknown name": {
			connectorObj(el("S", "AuthMechanism", "Tls, Quantum")), gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"Tls"}},
			[]string{`DIR/a.xml: object 1: connector "Default EX01": unknown AuthMechanism ignored: Quantum`},
		},
		"SuppressXAnonymousTls": {
			connectorObj(el("S", "AuthMechanism", "Tls"), el("B", "SuppressXAnonymousTls", "true"), el("B", "Enabled", "true"), el("S", "Fqdn", "mx.contoso.test"), `<Nil N="Bindings"/>`),
			gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"Tls"}, Enabled: &yes, FQDN: "mx.contoso.test", SuppressXAnonymousTLS: &yes}, nil,
		},
		"TLS settings": {
			connectorObj(el("S", "AuthMechanism", "Tls"), el("B", "RequireTLS", "true"), el("B", "SuppressXAnonymousTls", "false"), enum("TransportRole", "FrontendTransport", "16384"),
				`<Obj N="RemoteIPRanges"><LST><S>192.0.2.0/24</S><Obj><ToString>2001:db8::1</ToString></Obj></LST></Obj>`,
				`<Obj N="TlsDomainCapabilities"><LST /></Obj>`, el("S", "TlsCertificateName", `&lt;I&gt;CN="A, B", S=Bavaria&lt;S&gt;CN=x`)),
			gather.Connector{
				Name: "Default EX01", AuthMechanisms: []string{"Tls"}, RequireTLS: &yes, SuppressXAnonymousTLS: &no, TransportRole: "FrontendTransport",
				RemoteIPRanges: []string{"192.0.2.0/24", "2001:db8::1"}, TLSDomainCapabilities: []string{}, TLSCertificateName: text(`<I>CN="A, B", S=Bavaria<S>CN=x`),
			}, nil,
		},
		"null and other shapes of TLS settings": {
			connectorObj(el("S", "AuthMechanism", "Tls"), `<Nil N="RequireTLS"/><Nil N="SuppressXAnonymousTls"/><Nil N="TransportRole"/><Nil N="TlsDomainCapabilities"/>`,
				el("S", "RemoteIPRanges", "10.0.0.0-10.0.0.9"),
				`<Obj N="TlsCertificateName"><Props>`+el("S", "CertificateSubject", "CN=x")+el("S", "CertificateIssuer", "CN=y")+`</Props></Obj>`),
			gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"Tls"}, RemoteIPRanges: []string{"10.0.0.0-10.0.0.9"}, TLSCertificateName: text("<I>CN=y<S>CN=x")}, nil,
		},
		"empty TlsCertificateName, unknown TransportRole": {
			connectorObj(el("S", "AuthMechanism", "Tls"), el("S", "TlsCertificateName", ""), el("S", "TransportRole", "Cafe")),
			gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"Tls"}},
			[]string{`DIR/a.xml: object 1: connector "Default EX01": unknown TransportRole ignored: Cafe`},
		},
		"Select-Object": {
			`<Obj><TN><T>Selected.` + typeConnector + `</T></TN><MS>` + el("S", "Name", "In") + el("S", "AuthMechanism", "Tls") + `<S N="Server">ex01.corp.contoso.test</S></MS></Obj>`,
			gather.Connector{Name: "In", AuthMechanisms: []string{"Tls"}}, nil,
		},
		"canonical name of the server": {
			obj(typeConnector, el("S", "Name", "In"), el("S", "AuthMechanism", "Tls"), el("S", "Server", "contoso.test/Configuration/Services/Servers/EX01")),
			gather.Connector{Name: "In", AuthMechanisms: []string{"Tls"}}, nil,
		},
		"distinguished name of the server": {
			obj(typeConnector, el("S", "Name", "In"), el("S", "AuthMechanism", "Tls"), `<Obj N="Server"><ToString>CN=EX01,CN=Servers,DC=contoso,DC=test</ToString></Obj>`),
			gather.Connector{Name: "In", AuthMechanisms: []string{"Tls"}}, nil,
		},
		"in a list": {
			`<Obj><TN><T>System.Object[]</T></TN><LST>` + connectorObj(el("S", "AuthMechanism", "Tls")) + `</LST></Obj>`,
			gather.Connector{Name: "Default EX01", AuthMechanisms: []string{"Tls"}}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, reports, err := run(t, folder(t, one(test.object)), "ex01")
			require.NoError(t, err)
			require.Equal(t, []gather.Connector{test.want}, doc.Connectors)
			require.Equal(t, test.reports, reports)
		})
	}
}

// Exchange's objects are found in the objects of scripts, such as HealthChecker,
// and in hash tables, whatever these are called there.
func TestObjectsInOthers(t *testing.T) {
	t.Parallel()
	named := func(name, object string) string {
		return strings.Replace(object, "<Obj>", `<Obj N="`+name+`">`, 1)
	}
	connector := connectorObj(el("S", "AuthMechanism", "Tls"))
	server := obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.contoso.test"))
	bare := obj(typeX509, el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t))))
	for name, object := range map[string]string{
		"properties": obj("HealthChecker.AnalyzedInformation", named("Server", obj("HealthChecker.Server", named("GetExchangeServer", server), named("Certificate", bare),
			`<Obj N="Connectors"><TN><T>System.Object[]</T></TN><LST>`+connector+"<S>more</S></LST></Obj>")), el("S", "Log", "text")),
		"members":    `<Obj><TN><T>HealthChecker.AnalyzedInformation</T></TN><MS>` + named("A", server) + named("B", connector) + `</MS></Obj>`,
		"hash table": `<Obj><TN><T>HealthChecker.AnalyzedInformation</T></TN><DCT><En><S N="Key">a</S>` + named("Value", server) + `</En><En><S N="Key">b</S>` + named("Value", connector) + `</En></DCT></Obj>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, reports, err := run(t, folder(t, map[string]string{"internal-transport.xml": objs(object)}), "")
			require.NoError(t, err)
			require.Equal(t, "Default EX01", doc.Connectors[0].Name)
			require.Len(t, doc.Connectors, 1)
			require.Equal(t, "ex01.contoso.test", doc.Host.DNSFQDN)
			require.Nil(t, doc.Directory)
			require.Equal(t, "DIR/internal-transport.xml: HealthChecker.AnalyzedInformation: only the Exchange objects in it were read", reports[len(reports)-1])
		})
	}
	doc, reports, err := run(t, folder(t, one(server, obj("HealthChecker.Server", named("Certificate", bare)))), "")
	require.NoError(t, err)
	require.NotNil(t, doc.Host)
	require.Equal(t, []string{"DIR/a.xml: skipped: 1 of the type HealthChecker.Server"}, reports)
}

func TestCertificateServices(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		services string
		want     []string
		reports  []string
	}{
		"text":    {el("S", "Services", "SMTP, IIS"), []string{"IIS", "SMTP"}, nil},
		"number":  {el("I32", "Services", "127"), []string{"IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter"}, nil},
		"object":  {enum("Services", "IIS, SMTP", "24"), []string{"IIS", "SMTP"}, nil},
		"none":    {el("S", "Services", "None"), []string{}, nil},
		"unknown": {el("I32", "Services", "272"), []string{"SMTP"}, []string{"DIR/a.xml: object 1: certificate " + rootThumbprint + ": unknown Services ignored: 0x100"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, reports, err := run(t, folder(t, one(certificateObj(t, test.services, el("B", "HasPrivateKey", "false")))), "")
			require.NoError(t, err)
			require.Equal(t, test.want, doc.Certificates[0].Services)
			require.False(t, *doc.Certificates[0].HasPrivateKey)
			require.Equal(t, test.reports, reports)
		})
	}
}

// Exchange's Status for the fixtures' root, whose validity is, according to
// OpenSSL, Jan 15 09:30:00 2020 to Jan 10 09:30:00 2040.
func TestTrust(t *testing.T) {
	t.Parallel()
	from, until, yes, no := "2020-01-15T09:30:00Z", "2040-01-10T09:30:00Z", true, false
	source := func(status string) string {
		return "from Status " + status + " in the export, as Exchange determined it at the time"
	}
	for _, test := range []struct {
		status string
		want   gather.Trust
	}{
		{"", gather.Trust{Chain: "unknown", Error: "the export does not say"}},
		{el("S", "Status", "Unknown"), gather.Trust{Chain: "unknown", Error: source("Unknown")}},
		{el("S", "Status", "Valid"), gather.Trust{Chain: "trusted", ValidFrom: &from, ValidUntil: &until, Revoked: &no, Error: source("Valid")}},
		{enum("Status", "Valid", "1") + el("I32", "RootCAType", "2"), gather.Trust{Chain: "trusted", ValidFrom: &from, ValidUntil: &until, Revoked: &no, Error: source("Valid")}},
		{enum("Status", "Valid", "1") + enum("RootCAType", "None", "0"), gather.Trust{Chain: "untrusted", Error: source("Valid") + "; RootCAType None means that it has no trusted root"}},
		{el("I32", "Status", "2"), gather.Trust{Chain: "unknown", Revoked: &yes, Error: source("Revoked")}},
		{el("S", "Status", "DateInvalid"), gather.Trust{Chain: "unknown", Error: source("DateInvalid")}},
		{el("S", "Status", "DateInvalid") + el("S", "RootCAType", "Unknown"), gather.Trust{Chain: "unknown", Error: source("DateInvalid")}},
		{el("S", "Status", "DateInvalid") + el("S", "RootCAType", "ThirdParty"), gather.Trust{Chain: "trusted", ValidUntil: &until, Error: source("DateInvalid") + "; RootCAType ThirdParty means that it has a trusted root"}},
		{el("I32", "Status", "3") + enum("RootCAType", "Registry", "3"), gather.Trust{Chain: "trusted", ValidUntil: &until, Error: source("DateInvalid") + "; RootCAType Registry means that it has a trusted root"}},
		{el("S", "Status", "Untrusted"), gather.Trust{Chain: "untrusted", Error: source("Untrusted")}},
		{el("S", "Status", "Invalid"), gather.Trust{Chain: "untrusted", Error: source("Invalid")}},
		{el("I32", "Status", "6"), gather.Trust{Chain: "trusted", ValidFrom: &from, ValidUntil: &until, Error: source("RevocationCheckFailure") + "; its revocation status is unknown"}},
	} {
		doc, _, err := run(t, folder(t, one(certificateObj(t, test.status))), "")
		require.NoError(t, err)
		require.Equal(t, test.want, doc.Certificates[0].Trust, test.status)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	name := el("S", "Name", "EX01")
	lower := strings.ToLower(rootThumbprint)
	root := rootThumbprint
	for _, test := range []struct {
		objects []string
		want    *gather.Directory
		reports []string
	}{
		{[]string{obj(typeTransport, name, el("S", "InternalTransportCertificateThumbprint", lower))}, &gather.Directory{Readable: true, InternalTransportCertificate: &root}, nil},
		{[]string{obj(typeTransport, name, `<Nil N="InternalTransportCertificateThumbprint"/>`)}, &gather.Directory{Readable: true}, nil},
		{[]string{obj(typeTransport, name, el("S", "InternalTransportCertificateThumbprint", ""))}, &gather.Directory{Readable: true}, nil},
		{[]string{obj(typeTransport, name)}, nil, []string{"DIR/a.xml: object 1: skipped: it has no InternalTransportCertificateThumbprint"}},
		{
			[]string{
				obj(typeTransport, name, el("S", "InternalTransportCertificateThumbprint", lower)),
				obj(typeX509, el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t)))),
			},
			&gather.Directory{Readable: true, InternalTransportCertificate: &root},
			[]string{"DIR/a.xml: skipped: 1 of the type System.Security.Cryptography.X509Certificates.X509Certificate2, which can be from any certificate store"},
		},
	} {
		doc, reports, err := run(t, folder(t, one(test.objects...)), "")
		require.NoError(t, err)
		require.Equal(t, test.want, doc.Directory)
		require.Equal(t, test.reports, reports)
	}
}

// An X509Certificate2 is the internal transport certificate only if the file's
// name says so and nothing contradicts it.
func TestBareCertificate(t *testing.T) {
	t.Parallel()
	bare := obj(typeX509, el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t))))
	fromStore := obj(typeX509, el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t))), el("S", "PSParentPath", `Microsoft.PowerShell.Security\Certificate::LocalMachine\My`))
	for _, test := range []struct {
		file    string
		objects []string
		taken   bool
	}{
		{"GetInternalTransportCertificateFromServer.xml", []string{bare}, true},
		{"internal-transport.xml", []string{bare}, true},
		{"msExchServerInternalTLSCert.xml", []string{bare}, true},
		{"EX01 internal transport certificate.CLIXML.xml", []string{bare}, true},
		{"internal-transport.xml", []string{fromStore}, false},
		{"internal-transport.xml", []string{bare, bare}, false},
		{"internal-transport.xml", []string{bare, obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.contoso.test"))}, false},
		{"store.xml", []string{bare}, false},
		{"internal-ca.xml", []string{bare}, false},
		{"transport.xml", []string{bare}, false},
	} {
		dir := folder(t, map[string]string{"server.xml": objs(obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.contoso.test"))), test.file: objs(test.objects...)})
		doc, reports, err := run(t, dir, "")
		require.NoError(t, err)
		if test.taken {
			require.Empty(t, reports)
			require.Equal(t, rootThumbprint, *doc.Directory.InternalTransportCertificate, test.file)
			continue
		}
		require.Nil(t, doc.Directory, test.file)
		require.Regexp(t, `^DIR/`+test.file+`: skipped: \d of the type `+typeX509+`, which can be from any certificate store$`, reports[0])
	}
}

// A readable certificate is kept, and its unreadable facts are unknown.
func TestUnknownFacts(t *testing.T) {
	t.Parallel()
	yes := true
	unknown := "DIR/a.xml: object 1: certificate " + rootThumbprint + ": some facts are unknown: "
	lacks := " is unknown, because the export has neither a readable property nor readable SerializationData: " + rootThumbprint
	key, services := el("B", "HasPrivateKey", "true"), el("S", "Services", "SMTP")
	for name, test := range map[string]struct {
		properties []string
		key        *bool
		services   []string
		reports    []string
	}{
		"stream":        {[]string{el("BA", "SerializationData", "AAEA")}, nil, nil, []string{unknown + "SerializationData: byte 1: expected 4 bytes, found 2", "has_private_key" + lacks, "services" + lacks}},
		"base64":        {[]string{el("BA", "SerializationData", "*")}, nil, nil, []string{unknown + "line 1: SerializationData: expected bytes in base64, found <BA>", "has_private_key" + lacks, "services" + lacks}},
		"signed stream": {[]string{el("BA", "SerializationData", "I3NpZyMBAAAA")}, nil, nil, []string{unknown + "SerializationData: byte 5: expected a stream of 1 bytes and a signature of 32, found 0 bytes", "has_private_key" + lacks, "services" + lacks}},
		"HasPrivateKey": {[]string{el("S", "HasPrivateKey", "perhaps"), services}, nil, []string{"SMTP"}, []string{unknown + "line 1: HasPrivateKey: expected true or false, found <S>", "has_private_key" + lacks}},
		"Services":      {[]string{key, el("S", "Services", "Fax")}, &yes, nil, []string{unknown + "line 1: Services: expected flags such as IMAP, POP, found <S>", "services" + lacks}},
		"Status":        {[]string{key, services, el("I32", "Status", "8")}, &yes, []string{"SMTP"}, []string{unknown + "line 1: Status: expected one of " + strings.Join(statuses, ", ") + ", found <I32>"}},
		"plain as well": {[]string{el("BA", "SerializationData", "AAEA"), key, services}, &yes, []string{"SMTP"}, []string{unknown + "SerializationData: byte 1: expected 4 bytes, found 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, reports, err := run(t, folder(t, one(certificateObj(t, test.properties...))), "")
			require.NoError(t, err)
			require.ElementsMatch(t, test.reports, reports)
			require.Len(t, doc.Certificates, 1)
			require.Equal(t, test.key, doc.Certificates[0].HasPrivateKey)
			require.Equal(t, test.services, doc.Certificates[0].Services)
			require.Equal(t, gather.Trust{Chain: gather.ChainUnknown, Error: "the export does not say"}, doc.Certificates[0].Trust)
		})
	}
}

// Everything that is not gathered is reported.
func TestReports(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"a.xml": objs(
			obj("Deserialized."+typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.corp.contoso.test")),
			obj("Microsoft.Exchange.Data.Directory.Management.FrontendTransportServerPresentationObject", el("S", "Name", "EX01")),
			obj("Microsoft.Exchange.Data.Directory.Management.FrontendTransportServerPresentationObject", el("S", "Name", "EX02")),
			"<S>text</S>",
		),
		"b.xml":      objs(),
		"c.xml":      objs(obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.corp.contoso.test"))),
		"d.xml":      objs(obj(typeServer, el("S", "Name", "EX01"))),
		"e.xml":      objs(obj(typeX509, el("S", "PSParentPath", `Microsoft.PowerShell.Security\Certificate::LocalMachine\My`))),
		"facts.json": "{}",
		"list.xml":   "<html></html>",
		"mail.txt":   "<ex01@contoso.test> wrote",
		"notes.txt":  "none",
	})
	require.NoError(t, os.Mkdir(dir+"/old", 0o700))
	doc, reports, err := run(t, dir, "")
	require.NoError(t, err)
	require.Equal(t, []string{
		"DIR: skipped: old: expected files, or the folders servers/NAME and organization",
		"DIR/a.xml: skipped: 2 of the type Microsoft.Exchange.Data.Directory.Management.FrontendTransportServerPresentationObject",
		"DIR/a.xml: skipped: 1 of the type <S>",
		"DIR/b.xml: contains no objects",
		"DIR/e.xml: skipped: 1 of the type System.Security.Cryptography.X509Certificates.X509Certificate2, which can be from any certificate store",
		"DIR/list.xml: skipped: expected CLIXML with the root <Objs>, found the root <html>",
		"DIR: skipped, not CLIXML: facts.json, mail.txt, notes.txt",
		"DIR/c.xml: object 1: skipped: the server object is also in DIR/a.xml: object 1, with the same values",
		"DIR/d.xml: object 1: skipped: it does not have both Fqdn and Name",
	}, reports)
	require.Equal(t, "EX01", doc.Host.DNSHostName)
	require.Equal(t, map[string]string{"host": "clixml:a.xml, clixml:c.xml"}, doc.Sources)
	require.Empty(t, doc.ExchangeVersion)
	require.Nil(t, doc.Roles)
	require.NoError(t, Gatherer{Dir: dir}.Gather(t.Context(), &gather.Document{}), "reports are discarded")

	var rest []string
	g := Gatherer{Dir: dir, Except: dir + "/./facts.json", Report: func(sentence string) { rest = append(rest, sentence) }}
	require.NoError(t, g.Gather(t.Context(), &gather.Document{}))
	require.Contains(t, rest, dir+": skipped, not CLIXML: mail.txt, notes.txt")
}

// How an object names its server, and how the name is spelled.
func TestServerNames(t *testing.T) {
	t.Parallel()
	auth := el("S", "AuthMechanism", "Tls")
	id := `<Obj N="Server"><ToString>corp.contoso.test/EX01</ToString><Props><S N="Name">EX01</S></Props></Obj>`
	raw := el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t)))
	for _, test := range []struct {
		objects []string
		want    string
	}{
		{[]string{obj(typeConnector, el("S", "Name", "x"), auth, id)}, "EX01"},
		{[]string{obj(typeConnector, el("S", "Identity", `Ex01\x`), auth)}, "Ex01"},
		{[]string{obj(typeServer, el("S", "Fqdn", "ex01.corp.contoso.test"))}, "ex01"},
		{[]string{obj(typeTransport, el("S", "Identity", "EX01"))}, "EX01"},
		{[]string{certificateObj(t)}, "ex01"},
		{[]string{obj(typeCertificate, raw, el("S", "PSComputerName", "ex01.corp.contoso.test"))}, ""}, // the server of the remote session
		{[]string{obj(typeCertificate, raw, el("S", "Identity", rootThumbprint))}, ""},
		{[]string{certificateObj(t), obj(typeTransport, el("S", "Name", "EX01")), connectorObj(auth), obj(typeServer, el("S", "Name", "Ex01"))}, "Ex01"},
	} {
		doc, reports, err := run(t, folder(t, one(test.objects...)), "")
		require.NoError(t, err)
		require.Equal(t, test.want, doc.Server)
		if test.want == "" {
			require.Contains(t, reports, "DIR: no object names its server")
		}
	}

	t.Run("longer than a NetBIOS name", func(t *testing.T) {
		t.Parallel()
		dir := folder(t, one(
			obj(typeServer, el("S", "Name", "EXCHANGE-BERLIN"), el("S", "Fqdn", "exchange-berlin-01.contoso.test")),
			strings.ReplaceAll(certificateObj(t), "ex01.corp", "exchange-berlin-01.corp"),
		))
		doc, _, err := run(t, dir, "exchange-berlin-01.contoso.test")
		require.NoError(t, err)
		require.Equal(t, "EXCHANGE-BERLIN", doc.Server)
		require.Len(t, doc.Certificates, 1)
	})
	t.Run("given", func(t *testing.T) {
		t.Parallel()
		doc, _, err := run(t, folder(t, map[string]string{"InternalTransportCertificate.xml": objs(obj(typeX509, raw))}), "EX07.corp.contoso.test")
		require.NoError(t, err)
		require.Equal(t, "EX07", doc.Server)
		require.Equal(t, rootThumbprint, *doc.Directory.InternalTransportCertificate)
	})
	t.Run("bare certificate among several", func(t *testing.T) {
		t.Parallel()
		two := objs(obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.x")), obj(typeServer, el("S", "Name", "EX02")))
		doc, reports, err := run(t, folder(t, map[string]string{"a.xml": two, "internal-transport.xml": objs(obj(typeX509, raw))}), "EX01")
		require.NoError(t, err)
		require.Nil(t, doc.Directory)
		require.Equal(t, []string{"DIR/internal-transport.xml: object 1: skipped: it does not name its server, and there are several: EX01, EX02"}, reports)
	})
}
