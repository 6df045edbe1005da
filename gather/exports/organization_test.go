package exports

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

const (
	typeSend   = "Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig"
	typeEdge   = "Microsoft.Exchange.Management.SystemConfigurationTasks.EdgeSubscription"
	typeHybrid = "Microsoft.Exchange.Data.Directory.Management.HybridConfiguration"
)

// sendObj returns a Send connector with the required properties.
func sendObj(auth string, properties ...string) string {
	return obj(typeSend, append([]string{el("S", "Name", "Out"), el("S", "SmartHostAuthMechanism", auth), el("S", "AddressSpaces", "SMTP:--;1")}, properties...)...)
}

// The organization's objects belong to every server.
func TestOrganization(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	mail := "<I>CN=Contoso Issuing CA 1<S>CN=mail.contoso.test"
	docs, reports := all(t, Gatherer{Dir: fixtures + "/script"})
	require.Equal(t, []string{notVerified}, reports)
	require.Len(t, docs, 2)
	for _, doc := range docs {
		require.Equal(t, []gather.SendConnector{{
			Name: "Internet", Enabled: &yes, SmartHostAuthMechanism: "None", SmartHosts: []string{}, AddressSpaces: []string{"SMTP:*;1"},
			RequireTLS: &no, CloudServicesMailEnabled: &no, IgnoreSTARTTLS: &no, SourceServers: []string{"EX01", "EX02"},
		}, {
			Name: "Outbound to Office 365", Enabled: &yes, FQDN: "mail.contoso.test", SmartHostAuthMechanism: "None",
			SmartHosts: []string{"contoso-mail.mail.protection.outlook.com"}, AddressSpaces: []string{"SMTP:contoso.mail.onmicrosoft.com;1"},
			TLSCertificateName: mail, RequireTLS: &yes, TLSAuthLevel: text("DomainValidation"), TLSDomain: "mail.protection.outlook.com",
			CloudServicesMailEnabled: &yes, IgnoreSTARTTLS: &no, SourceServers: []string{"EX01", "EX02"},
		}}, doc.SendConnectors)
		require.Equal(t, []gather.EdgeSubscription{{Name: "EDGE01"}}, doc.EdgeSubscriptions)
		require.Equal(t, &gather.Hybrid{TLSCertificateName: &mail}, doc.Hybrid)
		require.Equal(t, "2026-11-22T07:00:00Z", doc.GatheredAt, "from the name of the folder")
		const organization = "clixml:TransportFacts-20261122T070000Z/organization/"
		require.Equal(t, organization+"send-connectors.xml", doc.Sources["send_connectors"])
		require.Equal(t, organization+"edge-subscriptions.xml", doc.Sources["edge_subscriptions"])
		require.Equal(t, organization+"hybrid.xml", doc.Sources["hybrid"])
	}
}

// An organization without Send connectors or Edge subscriptions differs from
// one that was not queried. In other places an empty file means nothing.
func TestOrganizationHasNone(t *testing.T) {
	t.Parallel()
	files := layout(t, "")
	files["organization/send-connectors.xml"] = objs()
	files["organization/edge-subscriptions.xml"] = objs()
	docs, reports := all(t, Gatherer{Dir: "DIR", Files: mapFS(files)})
	require.Empty(t, reports)
	for _, doc := range docs {
		require.Equal(t, []gather.SendConnector{}, doc.SendConnectors)
		require.Equal(t, []gather.EdgeSubscription{}, doc.EdgeSubscriptions)
		require.Equal(t, "clixml:organization/send-connectors.xml", doc.Sources["send_connectors"])
	}

	delete(files, "organization/edge-subscriptions.xml")
	files["organization/more.xml"] = objs(sendObj("None"))
	files["servers/EX01/send-connectors.xml"] = objs()
	docs, reports = all(t, Gatherer{Dir: "DIR", Files: mapFS(files)})
	require.Equal(t, []string{"DIR/servers/EX01/send-connectors.xml: contains no objects"}, reports)
	for _, doc := range docs {
		require.Len(t, doc.SendConnectors, 1)
		require.Nil(t, doc.EdgeSubscriptions)
	}
}

// Send connectors in the folder of a server belong to that server, as on an
// Edge server.
func TestSendConnectorsOfOneServer(t *testing.T) {
	t.Parallel()
	files := layout(t, "")
	delete(files, "organization/send-connectors.xml")
	files["servers/EX02/send-connectors.xml"] = objs(sendObj("None"))
	docs, reports := all(t, Gatherer{Dir: "memory", Files: mapFS(files)})
	require.Empty(t, reports)
	for _, doc := range docs {
		require.Equal(t, doc.Server == "EX02", doc.SendConnectors != nil, doc.Server)
	}
}

func TestSendConnector(t *testing.T) {
	t.Parallel()
	no := false
	out := gather.SendConnector{Name: "Out", SmartHostAuthMechanism: "ExchangeServer", AddressSpaces: []string{"SMTP:--;1"}}
	for name, test := range map[string]struct {
		properties []string
		change     func(*gather.SendConnector)
		reports    []string
	}{
		"nothing else": {nil, func(*gather.SendConnector) {}, nil},
		"null": {
			[]string{`<Nil N="TlsCertificateName"/><Nil N="TlsAuthLevel"/><Nil N="Fqdn"/><Nil N="Enabled"/><Nil N="SmartHosts"/><Nil N="SourceTransportServers"/>`},
			func(*gather.SendConnector) {}, nil,
		},
		"disabled":          {[]string{el("B", "Enabled", "false")}, func(c *gather.SendConnector) { c.Enabled = &no }, nil},
		"unknown TLS level": {[]string{el("S", "TlsAuthLevel", "Quantum")}, func(*gather.SendConnector) {}, []string{`DIR/a.xml: object 1: Send connector "Out": unknown TlsAuthLevel ignored: Quantum`}},
		"text of TLS level": {[]string{el("S", "TlsAuthLevel", "EncryptionOnly")}, func(c *gather.SendConnector) { c.TLSAuthLevel = text("EncryptionOnly") }, nil},
		"servers": {
			[]string{`<Obj N="SourceTransportServers"><LST><S>EX01</S><Obj><ToString>corp.contoso.test/Configuration/Servers/EX02</ToString></Obj>` +
				`<Obj><ToString>x</ToString><Props><S N="Name">EX03</S></Props></Obj></LST></Obj>`},
			func(c *gather.SendConnector) { c.SourceServers = []string{"EX01", "EX02", "EX03"} }, nil,
		},
		"name of a certificate": {
			[]string{`<Obj N="TlsCertificateName"><ToString>&lt;I&gt;CN=a&lt;S&gt;CN=b</ToString></Obj>`},
			func(c *gather.SendConnector) { c.TLSCertificateName = "<I>CN=a<S>CN=b" }, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := out
			test.change(&want)
			doc, reports, err := run(t, folder(t, one(sendObj("ExchangeServer", test.properties...))), "EX01")
			require.NoError(t, err)
			require.Equal(t, test.reports, reports)
			require.Equal(t, []gather.SendConnector{want}, doc.SendConnectors)
		})
	}

	t.Run("Selected.Deserialized.", func(t *testing.T) {
		t.Parallel()
		doc, reports, err := run(t, folder(t, one(
			`<Obj><TN><T>Selected.Deserialized.`+typeSend+`</T></TN><MS>`+el("S", "Name", "Out")+enum("SmartHostAuthMechanism", "ExchangeServer", "16")+
				`<Obj N="AddressSpaces"><LST><Obj><ToString>SMTP:--;1</ToString></Obj></LST></Obj></MS></Obj>`,
		)), "EX01")
		require.NoError(t, err)
		require.Empty(t, reports)
		require.Equal(t, []gather.SendConnector{out}, doc.SendConnectors)
	})
}

func TestEdgeSubscriptionAndHybrid(t *testing.T) {
	t.Parallel()
	name := el("S", "Name", "EDGE01")
	for _, test := range []struct {
		object string
		want   *string
	}{
		{obj(typeEdge, name), nil},
		{obj("Deserialized."+typeEdge, name, `<Nil N="Thumbprint"/>`), nil},
		{obj("Microsoft.Exchange.Management.EdgeSync.EdgeSubscription", name, el("S", "Thumbprint", "2a3ac6e017f92dc11178e79a74130e7fb3d8899d")), text(rootThumbprint)},
		{obj(typeEdge, name, el("S", "InternalTransportCertificateThumbprint", rootThumbprint), el("S", "Thumbprint", "x")), text(rootThumbprint)},
	} {
		doc, reports, err := run(t, folder(t, one(test.object)), "")
		require.NoError(t, err)
		require.Empty(t, reports, "not even that no server is named: it belongs to all")
		require.Equal(t, []gather.EdgeSubscription{{Name: "EDGE01", Thumbprint: test.want}}, doc.EdgeSubscriptions)
	}
	for _, test := range []struct {
		object string
		want   *string
	}{
		{obj(typeHybrid), nil},
		{obj(typeHybrid, `<Nil N="TlsCertificateName"/>`), nil},
		{obj("Microsoft.Exchange.Data.Directory.SystemConfiguration.HybridConfiguration", el("S", "TlsCertificateName", "&lt;I&gt;CN=a&lt;S&gt;CN=b")), text("<I>CN=a<S>CN=b")},
	} {
		doc, reports, err := run(t, folder(t, one(test.object)), "EX01")
		require.NoError(t, err)
		require.Empty(t, reports)
		require.Equal(t, &gather.Hybrid{TLSCertificateName: test.want}, doc.Hybrid)
	}
	_, reports, err := run(t, folder(t, one(obj("Contoso.HybridConfiguration"), sendObj("None"))), "EX01")
	require.NoError(t, err)
	require.Equal(t, []string{"DIR/a.xml: skipped: 1 of the type Contoso.HybridConfiguration"}, reports)
}

func TestServerVersionAndRoles(t *testing.T) {
	t.Parallel()
	unknown := func(found string) string {
		return "DIR/a.xml: object 1: ignored AdminDisplayVersion: expected text such as Version 15.2 (Build 1748.10), found " + found
	}
	version := func(text, build string) string {
		return `<Obj N="AdminDisplayVersion"><ToString>` + text + `</ToString><Props>` + el("I32", "Major", "15") + el("I32", "Minor", "2") +
			el("I32", "Build", build) + el("I32", "Revision", "5") + `</Props></Obj>`
	}
	for name, test := range map[string]struct {
		properties []string
		version    string
		roles      []string
		reports    []string
	}{
		"absent":         {nil, "", nil, nil},
		"null":           {[]string{`<Nil N="AdminDisplayVersion"/><Nil N="ServerRole"/>`}, "", nil, nil},
		"objects":        {[]string{enum("AdminDisplayVersion", "Version 15.2 (Build 986.5)", "0"), enum("ServerRole", "Mailbox", "2")}, "15.2.986.5", []string{"Mailbox"}, nil},
		"texts":          {[]string{el("S", "AdminDisplayVersion", "Version 14.3 (Build 123.4)"), el("S", "ServerRole", "HubTransport, ClientAccess, Mailbox")}, "14.3.123.4", []string{"Mailbox", "ClientAccess", "HubTransport"}, nil},
		"number":         {[]string{el("I32", "ServerRole", "54")}, "", []string{"Mailbox", "ClientAccess", "UnifiedMessaging", "HubTransport"}, nil},
		"Edge":           {[]string{enum("ServerRole", "Edge", "64")}, "", []string{"EdgeTransport"}, nil},
		"Exchange 2013":  {[]string{el("S", "ServerRole", "Cafe, ClientAccess, Mailbox")}, "", []string{"ClientAccess", "Mailbox"}, nil},
		"none":           {[]string{enum("ServerRole", "None", "0")}, "", []string{}, nil},
		"unknown flag":   {[]string{el("I32", "ServerRole", "16394")}, "", []string{"Mailbox"}, []string{"DIR/a.xml: object 1: unknown ServerRole ignored: 0x4008"}},
		"unknown name":   {[]string{el("S", "ServerRole", "Mailbox, Monitoring")}, "", []string{"Mailbox"}, []string{"DIR/a.xml: object 1: unknown ServerRole ignored: Monitoring"}},
		"unknown alone":  {[]string{el("S", "ServerRole", "Monitoring")}, "", nil, []string{"DIR/a.xml: object 1: ignored: line 1: ServerRole: expected flags such as Cafe, Mailbox, found <S>"}},
		"unknown object": {[]string{`<Obj N="ServerRole"/>`}, "", nil, []string{"DIR/a.xml: object 1: ignored: line 1: ServerRole: expected flags such as Cafe, Mailbox, found <Obj>"}},
		"in Japanese":    {[]string{enum("AdminDisplayVersion", "バージョン 15.2 (ビルド 986.5)", "0")}, "15.2.986.5", nil, nil},
		"numbers":        {[]string{version("v15.2 b986.5", "986")}, "15.2.986.5", nil, nil},
		"no text":        {[]string{version("", "986")}, "15.2.986.5", nil, nil},
		"no build":       {[]string{version("SE", "-1")}, "", nil, []string{unknown("SE")}},
		"other version":  {[]string{el("S", "AdminDisplayVersion", "SE")}, "", nil, []string{unknown("SE")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := obj(typeServer, append([]string{el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.contoso.test")}, test.properties...)...)
			doc, reports, err := run(t, folder(t, one(server)), "")
			require.NoError(t, err)
			require.Equal(t, test.reports, reports)
			require.Equal(t, test.version, doc.ExchangeVersion)
			require.Equal(t, test.roles, doc.Roles)
			require.NotNil(t, doc.Host)
			if test.version == "" {
				require.NotContains(t, doc.Sources, "exchange_version")
			}
		})
	}
}

// The time of the exports is that given by the script, or the modification time
// of the newest file with content.
func TestGatheredAt(t *testing.T) {
	t.Parallel()
	connectors := []byte(objs(connectorObj(el("S", "AuthMechanism", "Tls"))))
	at := func(year int) *fstest.MapFile {
		return &fstest.MapFile{Data: connectors, ModTime: time.Date(year, 5, 6, 7, 8, 9, 999, time.FixedZone("", 3600))}
	}
	other := at(2031)
	other.Data = []byte("<Objs/>")
	scripted := "TransportFacts-20261122T070000Z"
	for name, test := range map[string]struct {
		dir   string
		files fstest.MapFS
		want  string
	}{
		"newest":              {"x", fstest.MapFS{"a.xml": at(2024), "b.xml": at(2025), "c.xml": at(2023), "d.xml": other}, "2025-05-06T06:08:09Z"},
		"folder around":       {"x", fstest.MapFS{scripted + "/servers/EX01/a.xml": at(2025)}, "2026-11-22T07:00:00Z"},
		"folder":              {"x/" + scripted, fstest.MapFS{"servers/EX01/a.xml": at(2025)}, "2026-11-22T07:00:00Z"},
		"zip":                 {scripted + ".zip", fstest.MapFS{"servers/EX01/a.xml": at(2025)}, "2026-11-22T07:00:00Z"},
		"no time in the name": {"TransportFacts-20261322T070000Z", fstest.MapFS{"servers/EX01/a.xml": at(2025)}, "2025-05-06T06:08:09Z"},
		"no time":             {"x", fstest.MapFS{"a.xml": {Data: connectors}}, ""},
		"no time in a zip":    {"x", fstest.MapFS{"a.xml": at(1979)}, ""},
		"year 10000":          {"x", fstest.MapFS{"a.xml": at(10000)}, ""},
	} {
		doc := gather.Document{}
		require.NoError(t, Gatherer{Dir: test.dir, Files: test.files}.Gather(t.Context(), &doc))
		require.Equal(t, test.want, doc.GatheredAt, name)
	}

	path := filepath.Join(folder(t, one(connectorObj(el("S", "AuthMechanism", "Tls")))), "a.xml")
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	for _, dir := range []string{path, filepath.Dir(path)} {
		doc, _, err := run(t, dir, "")
		require.NoError(t, err)
		require.Equal(t, "2026-01-02T03:04:05Z", doc.GatheredAt)
	}
}
