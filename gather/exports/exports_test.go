package exports

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

const (
	fixtures = "../../fixtures/exports"
	// real has exports of real servers, outside of the project. They are not
	// part of it.
	real = "../../../shared/exports"

	notVerified = "the signature of SerializationData was not verified: only the server has the key"
)

// run gathers and returns the document and the reports.
func run(t *testing.T, dir, server string) (gather.Document, []string, error) {
	t.Helper()
	var doc gather.Document
	var reports []string
	g := Gatherer{Dir: dir, Server: server, Report: func(s string) { reports = append(reports, strings.ReplaceAll(s, dir, "DIR")) }}
	err := g.Gather(context.Background(), &doc)
	return doc, reports, err
}

// summary is what an export says about a certificate, apart from its own
// content.
func summary(all []gather.Certificate) []string {
	var lines []string
	for _, c := range all {
		key, services := "key unknown", "services unknown"
		if c.HasPrivateKey != nil {
			key = map[bool]string{true: "key", false: "no key"}[*c.HasPrivateKey]
		}
		if c.Services != nil {
			services = "[" + strings.Join(c.Services, " ") + "]"
		}
		lines = append(lines, fmt.Sprintf("%s %s, %s, %s, %q", c.Thumbprint, c.Trust.Chain, key, services, c.FriendlyName))
	}
	return lines
}

// The expected values were extracted from the files with Python and OpenSSL.
func TestRealExports(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(real); err != nil {
		t.Skip("the exports of real servers are missing: ", err)
	}
	for _, test := range []struct {
		folder, server string
		certificates   []string
		sources        map[string]string
		reports        []string
	}{{
		"e2k16-1-signed", "E2k16-1", []string{
			`B22BD738BED13136D29B7F410CE2993C5313F8FA untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate - 20230105015642"`,
			`A86B1B7414E51491D446905511A329A7FE120510 untrusted, key, [IMAP SMTP], "E2k16-1"`,
		}, map[string]string{
			"certificates": "clixml:NewExchangeAuthCertificate.xml, clixml:NewExchangeCertificateDefaultTransport.xml",
		}, []string{notVerified},
	}, {
		"e2k16-1", "E2k16-1", []string{
			`D0D6BAA255F51F106760CE3BB869A0FE8C9FC298 untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate"`,
			`8763DA1842AFE901BD0B4090EA2A945AD016CB55 untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate"`,
			`BC6BF924D6EF046E64F8D1987DC1D7D2F4C0042A untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate - 20230104021554"`,
			`976D2AD94D34347C2F59399D5DDC62D4FBE6F68C untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate"`,
			`E1BDF9AE58C93C75E76C9DD882138FB8FF0FA786 untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate - 20221230045512"`,
			`D003810EBE1624145889D031FBB77ED2BD280FD3 untrusted, key, [IMAP IIS SMTP], "E2k16-1"`,
			`2759456DC53C76E3DED093B567B6D8DAA42C0ADD trusted, key, [IIS], "SelfSignedCert"`,
			`FE0FAE9305F294F49DD2426AB214CC17853A7E87 trusted, key, [], "WMSVC-SHA2"`,
		}, map[string]string{
			"certificates": "clixml:GetExchangeCertificate.xml",
			"directory":    "clixml:GetInternalTransportCertificateFromServer.xml",
		}, nil,
	}, {
		"solo-e19a", "SOLO-E19A", []string{
			`C3EDCF181EF4F9B53D01768ECA99564014BCA6E7 untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate"`,
			`6C7DE09FB39A40144F57EFEBC3DF0148E3A9AB28 trusted, key, [IMAP POP IIS SMTP], "Microsoft Exchange"`,
			`38247AD2B76244411748274C508D13446311830B trusted, key, [], "CN=WMSvc-WIN-K300A9DA9VA"`,
		}, map[string]string{
			"certificates":     "clixml:GetExchangeCertificate.xml",
			"host":             "clixml:GetExchangeServer.xml",
			"exchange_version": "clixml:GetExchangeServer.xml",
			"roles":            "clixml:GetExchangeServer.xml",
		}, nil,
	}, {
		"win-ctd3l0rgen4", "WIN-CTD3L0RGEN4", []string{
			`2D10A746D6BB8D795F1679AEBD89D5D2AE583CB7 untrusted, key, [], "Microsoft Exchange Server Auth Certificate"`,
			`611C687DFC4343A5A03E0005A1EC6E9B6AFF586D trusted, key, [IMAP POP IIS], "Microsoft Exchange"`,
			`E267D459A0FB53D0EF225C11FAC062D522648C09 untrusted, key, [], "IIS Express Development Certificate"`,
			`3341CEAF3DF4D3A9527EC98BDD53C54ECC3E0620 trusted, key, [], "WMSVC-SHA2"`,
		}, map[string]string{
			"certificates":    "clixml:GetExchangeCertificate.xml",
			"connectors":      "clixml:GetReceiveConnector.xml",
			"send_connectors": "clixml:GetSendConnector.xml",
		}, nil,
	}} {
		t.Run(test.folder, func(t *testing.T) {
			t.Parallel()
			doc, reports, err := run(t, filepath.Join(real, test.folder), "")
			require.NoError(t, err)
			require.Equal(t, append([]string{"DIR: skipped, not CLIXML: facts.json"}, test.reports...), reports)
			require.Equal(t, test.server, doc.Server)
			require.Equal(t, test.certificates, summary(doc.Certificates))
			require.Equal(t, test.sources, doc.Sources)
		})
	}

	t.Run("sections", func(t *testing.T) {
		t.Parallel()
		doc, _, err := run(t, filepath.Join(real, "e2k16-1"), "e2k16-1.contoso.lab")
		require.NoError(t, err)
		require.Nil(t, doc.Connectors)
		require.Nil(t, doc.Host)
		thumbprint := "D003810EBE1624145889D031FBB77ED2BD280FD3"
		require.Equal(t, &gather.Directory{Readable: true, InternalTransportCertificate: &thumbprint}, doc.Directory)

		doc, _, err = run(t, filepath.Join(real, "solo-e19a"), "")
		require.NoError(t, err)
		require.Equal(t, "15.2.986.5", doc.ExchangeVersion)
		require.Equal(t, []string{"Mailbox"}, doc.Roles)
		require.Nil(t, doc.Connectors)
		require.Nil(t, doc.Directory)
		require.Equal(t, &gather.Host{
			DNSFQDN: "Solo-E19A.Solo.com", DNSHostName: "SOLO-E19A",
			PhysicalDNSFQDN: "Solo-E19A.Solo.com", PhysicalDNSHostName: "SOLO-E19A",
		}, doc.Host)

		doc, _, err = run(t, filepath.Join(real, "win-ctd3l0rgen4"), "")
		require.NoError(t, err)
		require.Nil(t, doc.Directory)
		require.Nil(t, doc.Host)
		yes, no, fqdn := true, false, "WIN-CTD3L0RGEN4.exlab.dom"
		client := []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS"}
		all := append(client[:4:4], "ExchangeServer")
		connector := func(name string, auth []string, role string, bindings ...string) gather.Connector {
			return gather.Connector{
				Name: name + " WIN-CTD3L0RGEN4", AuthMechanisms: auth, Enabled: &yes, FQDN: fqdn, Bindings: bindings, SuppressXAnonymousTLS: &no, RequireTLS: &no,
				TransportRole: role, RemoteIPRanges: []string{"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0-255.255.255.255"}, TLSDomainCapabilities: []string{},
			}
		}
		frontend := connector("Default Frontend", all, "FrontendTransport", "[::]:25", "0.0.0.0:25")
		name := "<I>CN=WIN-CTD3L0RGEN4<S>CN=WIN-CTD3L0RGEN4"
		frontend.TLSCertificateName, frontend.TLSDomainCapabilities = &name, []string{"fabrikam.com:AcceptCloudServicesMail"}
		require.Equal(t, []gather.Connector{
			connector("Default", all, "HubTransport", "0.0.0.0:2525", "[::]:2525"),
			connector("Client Proxy", all, "HubTransport", "[::]:465", "0.0.0.0:465"),
			frontend,
			connector("Outbound Proxy Frontend", all, "FrontendTransport", "[::]:717", "0.0.0.0:717"),
			connector("Client Frontend", client, "FrontendTransport", "[::]:587", "0.0.0.0:587"),
		}, doc.Connectors)
		require.Equal(t, []gather.SendConnector{{
			Name: "Mail to O365", Enabled: &yes, SmartHostAuthMechanism: "None", SmartHosts: []string{"microsoft-com.mail.protection.outlook.com"},
			AddressSpaces: []string{"SMTP:*;1"}, TLSCertificateName: "<I>CN=localhost<S>CN=localhost", RequireTLS: &no,
			CloudServicesMailEnabled: &yes, IgnoreSTARTTLS: &no, SourceServers: []string{"WIN-CTD3L0RGEN4"},
		}}, doc.SendConnectors)
		setup := doc.Certificates[1]
		require.Equal(t, name, "<I>"+setup.Issuer+"<S>"+setup.Subject, "the certificate that TlsCertificateName names")
	})
}

// The certificates of the fixtures' servers, according to every kind of export.
// The values were extracted from the files with Python and OpenSSL.
var (
	storeEX01 = []string{
		`A1FCA956A8FC015B33B6F4194835F0AF744EACEC untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate"`,
		`6A3DB522FF5D3DC193814C372D10B32E8874CB84 trusted, key, [IMAP POP IIS SMTP], "Microsoft Exchange"`,
		`7348BABCD0467B50D991BE716BB3836FFE741DBD trusted, key, [IIS SMTP], "Mail 2025"`,
		`C0A9937C6F018BA938E57E042539F46E42806B99 trusted, key, [], "WMSVC-SHA2"`,
		`1E763FB71E4449962A426BC74085AF480D7218C3 trusted, no key, [], ""`,
	}
	storeEX02 = []string{
		`A1FCA956A8FC015B33B6F4194835F0AF744EACEC untrusted, key, [SMTP], "Microsoft Exchange Server Auth Certificate"`,
		`CC3C1A9EB440A5A565D7D12E35F9B1AF12A1899D trusted, key, [IMAP POP IIS SMTP], "Microsoft Exchange"`,
		`2C26EB82E2B72C4BBA058E840CF6D6E6718A007F trusted, key, [IIS SMTP], "Mail 2025"`,
		`E2FF8802EA973C2D50EFB79F2DDC9A54A13E785D trusted, key, [], "WMSVC-SHA2"`,
		`1E763FB71E4449962A426BC74085AF480D7218C3 trusted, no key, [], ""`,
	}
	storeUnknown = []string{
		`A1FCA956A8FC015B33B6F4194835F0AF744EACEC unknown, key unknown, services unknown, ""`,
		`6A3DB522FF5D3DC193814C372D10B32E8874CB84 unknown, key unknown, services unknown, ""`,
		`7348BABCD0467B50D991BE716BB3836FFE741DBD unknown, key unknown, services unknown, ""`,
		`C0A9937C6F018BA938E57E042539F46E42806B99 unknown, key unknown, services unknown, ""`,
		`1E763FB71E4449962A426BC74085AF480D7218C3 unknown, key unknown, services unknown, ""`,
	}
	allEX01 = "A1FCA956A8FC015B33B6F4194835F0AF744EACEC, 6A3DB522FF5D3DC193814C372D10B32E8874CB84, 7348BABCD0467B50D991BE716BB3836FFE741DBD, C0A9937C6F018BA938E57E042539F46E42806B99, 1E763FB71E4449962A426BC74085AF480D7218C3"
)

func TestFixtures(t *testing.T) {
	t.Parallel()
	setupEX01, setupEX02 := "6A3DB522FF5D3DC193814C372D10B32E8874CB84", "CC3C1A9EB440A5A565D7D12E35F9B1AF12A1899D"
	for _, test := range []struct {
		folder, server string
		certificates   []string
		internal       string
		reports        []string
	}{
		{folder: "remote", certificates: storeEX01, internal: setupEX01},
		{folder: "local", certificates: storeEX02, internal: setupEX02},
		{folder: "two-servers", server: "ex01", certificates: storeEX01, internal: setupEX01},
		{folder: "two-servers", server: "EX02.corp.contoso.test", certificates: storeEX02, internal: setupEX02},
		{folder: "rawdata-only", certificates: storeUnknown, internal: setupEX01, reports: []string{
			"has_private_key is unknown, because the export has neither a readable property nor readable SerializationData: " + allEX01,
			"services is unknown, because the export has neither a readable property nor readable SerializationData: " + allEX01,
		}},
		{folder: "negative-serial", certificates: append(storeEX01[:5:5],
			`F0DCD082A84910190318BCF28FC1406DADF3603A untrusted, key, [SMTP], "Mail appliance"`), internal: setupEX01, reports: []string{
			"DIR/certificates.xml: object 6: certificate F0DCD082A84910190318BCF28FC1406DADF3603A is read leniently, because Go rejects it: x509: negative serial number",
		}},
		{folder: "pending-request", certificates: storeEX01, internal: setupEX01, reports: []string{
			"DIR/certificates.xml: object 6: skipped: 1D9FBD364EF9456F0DB4D107FEB8A11DE98CF140 is a pending request, which is not in the store",
		}},
		{folder: "bare-certificate", certificates: storeEX01, internal: setupEX01},
		{folder: "remote-signed", certificates: storeEX01, internal: setupEX01, reports: []string{notVerified}},
		{folder: "negative-serial-signed", certificates: append(storeEX01[:5:5],
			`F0DCD082A84910190318BCF28FC1406DADF3603A untrusted, key, [SMTP], "Mail appliance"`), internal: setupEX01, reports: []string{
			notVerified,
			"DIR/certificates.xml: object 6: certificate F0DCD082A84910190318BCF28FC1406DADF3603A is read leniently, because Go rejects it: x509: negative serial number",
		}},
		{folder: "pending-request-signed", certificates: storeEX01, internal: setupEX01, reports: []string{
			notVerified,
			"DIR/certificates.xml: object 6: skipped: 1D9FBD364EF9456F0DB4D107FEB8A11DE98CF140 is a pending request, which is not in the store",
		}},
		{folder: "bare-certificate-signed", certificates: storeEX01, internal: setupEX01, reports: []string{notVerified}},
	} {
		t.Run(test.folder+test.server, func(t *testing.T) {
			t.Parallel()
			doc, reports, err := run(t, filepath.Join(fixtures, test.folder), test.server)
			require.NoError(t, err)
			require.Equal(t, test.reports, reports)
			require.Equal(t, test.certificates, summary(doc.Certificates))
			require.Equal(t, &gather.Directory{Readable: true, InternalTransportCertificate: &test.internal}, doc.Directory)

			name := "EX01"
			if test.internal == setupEX02 {
				name = "EX02"
			}
			fqdn := strings.ToLower(name) + ".corp.contoso.test"
			require.Equal(t, name, doc.Server)
			require.Equal(t, &gather.Host{DNSFQDN: fqdn, DNSHostName: name, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: name}, doc.Host)

			yes, no, frontend := true, false, name == "EX01"
			client := []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS"}
			all := append(client[:4:4], "ExchangeServer")
			everywhere := []string{"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0-255.255.255.255"}
			mail := "<I>CN=Contoso Issuing CA 1<S>CN=mail.contoso.test"
			connectors := []gather.Connector{{
				Name: "Default " + name, AuthMechanisms: all, Enabled: &yes, FQDN: fqdn, Bindings: []string{"[::]:2525", "0.0.0.0:2525"},
				SuppressXAnonymousTLS: &no, RequireTLS: &no, TransportRole: "HubTransport", RemoteIPRanges: everywhere, TLSDomainCapabilities: []string{},
			}, {
				Name: "Default Frontend " + name, AuthMechanisms: all, Enabled: &frontend, FQDN: fqdn, Bindings: []string{"[::]:25", "0.0.0.0:25"}, TLSCertificateName: &mail,
				SuppressXAnonymousTLS: &no, RequireTLS: &no, TransportRole: "FrontendTransport", RemoteIPRanges: everywhere,
				TLSDomainCapabilities: []string{"mail.protection.outlook.com:AcceptCloudServicesMail"},
			}, {
				Name: "Client Frontend " + name, AuthMechanisms: client, Enabled: &yes, FQDN: fqdn, Bindings: []string{"[::]:587", "0.0.0.0:587"},
				SuppressXAnonymousTLS: &no, RequireTLS: &yes, TransportRole: "FrontendTransport", RemoteIPRanges: everywhere, TLSDomainCapabilities: []string{},
			}}
			if name == "EX01" {
				connectors = append(connectors, gather.Connector{
					Name: "Relay_x64 Prüfstand", AuthMechanisms: []string{"Tls", "ExternalAuthoritative"}, Enabled: &yes, FQDN: fqdn, Bindings: []string{"192.0.2.25:25"},
					SuppressXAnonymousTLS: &yes, RequireTLS: &no, TransportRole: "FrontendTransport", RemoteIPRanges: []string{"192.0.2.0/24", "198.51.100.7"}, TLSDomainCapabilities: []string{},
				})
			}
			require.Equal(t, connectors, doc.Connectors)
			require.Equal(t, mail, "<I>"+doc.Certificates[2].Issuer+"<S>"+doc.Certificates[2].Subject)
			require.Equal(t, "15.2.1544.4", doc.ExchangeVersion)
			require.Equal(t, []string{"Mailbox"}, doc.Roles)
			require.Nil(t, doc.SendConnectors)
			require.Nil(t, doc.EdgeSubscriptions)
			require.Nil(t, doc.Hybrid)

			transport := "clixml:transport.xml"
			if strings.HasPrefix(test.folder, "bare-certificate") {
				transport = "clixml:internal-transport.xml"
			}
			require.Equal(t, map[string]string{
				"certificates": "clixml:certificates.xml", "connectors": "clixml:connectors.xml", "directory": transport,
				"host": "clixml:server.xml", "exchange_version": "clixml:server.xml", "roles": "clixml:server.xml",
			}, doc.Sources)
		})
	}
}

func TestServers(t *testing.T) {
	t.Parallel()
	dir := fixtures + "/two-servers"
	names := []string{"EX01", "EX02"}
	var which *ServerError
	_, _, err := run(t, dir, "")
	require.ErrorAs(t, err, &which)
	require.Equal(t, &ServerError{Dir: dir, Servers: names}, which)
	require.EqualError(t, err, dir+" contains exports of several servers: EX01, EX02")
	_, _, err = run(t, dir, "EX03")
	require.ErrorAs(t, err, &which)
	require.Equal(t, &ServerError{Dir: dir, Wanted: "EX03", Servers: names}, which)
	require.EqualError(t, err, dir+` contains no exports of the server "EX03"; it contains exports of: EX01, EX02`)
}

// All and Gather have the same result for a server.
func TestAll(t *testing.T) {
	t.Parallel()
	docs, err := Gatherer{Dir: fixtures + "/two-servers"}.All(context.Background())
	require.NoError(t, err)
	require.Len(t, docs, 2)
	for i, server := range []string{"EX01", "EX02"} {
		require.Equal(t, server, docs[i].Server)
		require.Equal(t, gather.Version, docs[i].SchemaVersion)
		doc, _, err := run(t, fixtures+"/two-servers", server)
		require.NoError(t, err)
		doc.SchemaVersion = gather.Version
		require.Equal(t, &doc, docs[i])
	}

	// One object that names no server, and two servers.
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("a.xml", objs(obj(typeCertificate, el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t))))))
	var which *ServerError
	_, err = Gatherer{Dir: dir}.All(context.Background())
	require.ErrorAs(t, err, &which)
	require.EqualError(t, err, dir+": no object names its server")
	write("b.xml", objs(obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.contoso.test")), obj(typeServer, el("S", "Name", "EX02"), el("S", "Fqdn", "ex02.contoso.test"))))
	var reports []string
	report := func(s string) { reports = append(reports, strings.ReplaceAll(s, dir, "DIR")) }
	docs, err = Gatherer{Dir: dir, Report: report}.All(context.Background())
	require.NoError(t, err)
	require.Len(t, docs, 2)
	for _, doc := range docs {
		require.NotNil(t, doc.Host)
		require.Nil(t, doc.Certificates)
	}
	require.Equal(t, []string{
		"DIR/a.xml: object 1: expected the name of its server, because there are several (EX01, EX02); put each server's exports into a folder of its own",
		"EX01: certificates not gathered, because not every object could be read",
		"EX02: certificates not gathered, because not every object could be read",
	}, reports)
	// A certificate from the directory is skipped, and that is reported once.
	require.NoError(t, os.Rename(filepath.Join(dir, "a.xml"), filepath.Join(dir, "internal-transport.xml")))
	write("internal-transport.xml", objs(obj(typeX509, el("BA", "RawData", base64.StdEncoding.EncodeToString(rootDER(t))))))
	reports = nil
	docs, err = Gatherer{Dir: dir, Report: report}.All(context.Background())
	require.NoError(t, err)
	require.Len(t, docs, 2)
	require.Equal(t, []string{"DIR/internal-transport.xml: object 1: skipped: it does not name its server, and there are several: EX01, EX02"}, reports)
}

func TestOneFile(t *testing.T) {
	t.Parallel()
	doc, reports, err := run(t, fixtures+"/remote/connectors.xml", "")
	require.NoError(t, err)
	require.Empty(t, reports)
	require.Len(t, doc.Connectors, 4)
	require.Nil(t, doc.Certificates)
	require.Nil(t, doc.Directory)
	require.Nil(t, doc.Host)
	require.Equal(t, "EX01", doc.Server)
}

// A document that already has a server and sections keeps what the folder does
// not contain.
func TestGatherKeepsUnknownSections(t *testing.T) {
	t.Parallel()
	doc := gather.Document{
		Server: "given", Host: &gather.Host{DNSFQDN: "given"}, Connectors: []gather.Connector{{Name: "given"}},
		Sources: map[string]string{"host": "flag:--host", "connectors": "facts:x"},
	}
	require.NoError(t, Gatherer{Dir: fixtures + "/remote/connectors.xml"}.Gather(context.Background(), &doc))
	require.Equal(t, "given", doc.Server)
	require.Equal(t, "given", doc.Host.DNSFQDN)
	require.Len(t, doc.Connectors, 4)
	require.Equal(t, map[string]string{"host": "flag:--host", "connectors": "clixml:connectors.xml"}, doc.Sources)
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, Gatherer{Dir: fixtures + "/remote"}.Gather(ctx, &gather.Document{}), context.Canceled)
}
