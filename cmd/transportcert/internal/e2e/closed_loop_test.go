//go:build integration

package e2e_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/probe"
	"github.com/transportcert/transportcert/internal/probe/smtplab"
)

// A loopServer is a server with its document, its certificates and, for each of
// its connectors that is enabled, what listens there.
type loopServer struct {
	document *gather.Document
	keys     map[string]tls.Certificate // by thumbprint
	address  string                     // without a port
	running  map[string]*smtplab.Running
}

// store adds a certificate to the document.
func (s *loopServer) store(t *testing.T, name string, from, until int, issuer *tls.Certificate, services ...string) *gather.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: now.AddDate(0, 0, from), NotAfter: now.AddDate(0, 0, until),
	}
	parent, signer := template, crypto.Signer(key)
	if issuer != nil {
		parent, signer = issuer.Leaf, issuer.PrivateKey.(crypto.Signer)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	require.NoError(t, err)
	facts, _, err := gather.NewCertificate(der)
	require.NoError(t, err)
	facts.HasPrivateKey, facts.Services = new(true), services
	if issuer != nil {
		facts.Trust = gather.Trust{Chain: gather.ChainTrusted, ValidFrom: &facts.NotBefore, ValidUntil: &facts.NotAfter}
	}
	s.document.Certificates = append(s.document.Certificates, facts)
	s.keys[facts.Thumbprint] = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return &s.document.Certificates[len(s.document.Certificates)-1]
}

// authority is a CA that the document of every server trusts.
func authority(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Contoso CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-10, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &tls.Certificate{PrivateKey: key, Leaf: leaf}
}

// loopServers makes twenty servers, no two with the same facts.
func loopServers(t *testing.T) []*loopServer {
	t.Helper()
	ca := authority(t)
	var all []*loopServer
	for i := range 20 {
		name := fmt.Sprintf("EX%02d", i+1)
		fqdn := strings.ToLower(name) + ".corp.contoso.test"
		s := &loopServer{keys: map[string]tls.Certificate{}, running: map[string]*smtplab.Running{}, address: fmt.Sprintf("127.77.0.%d", i+1)}
		s.document = &gather.Document{
			SchemaVersion: gather.Version, Server: name, Roles: []string{"Mailbox"},
			ExchangeVersion: []string{"15.2.1748.10", "15.1.2507.6", "14.3.123.4", "8.3.83.6"}[i%4],
			Host:            &gather.Host{DNSFQDN: fqdn, DNSHostName: name, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: name},
			Directory:       &gather.Directory{Readable: true}, Certificates: []gather.Certificate{},
		}
		own := s.store(t, fqdn, -400+i, 1000, nil, "IIS", "SMTP").Thumbprint
		public := s.store(t, "mail.contoso.test", -100, 200+i, ca, "SMTP")
		publicName := fmt.Sprintf("<I>%s<S>%s", public.Issuer, public.Subject)
		s.store(t, "mail.contoso.test", -500, -50, ca, "SMTP")
		s.store(t, "smtp.contoso.test", -10, 90, ca, []string{"IIS", "SMTP"}[i%2])
		expired := s.store(t, fqdn, -900, -5, nil, "SMTP").Thumbprint
		s.document.Directory.InternalTransportCertificate = []*string{&own, &own, &expired, nil, new(strings.Repeat("0", 40))}[i%5]
		s.document.Directory.Readable = i != 19
		s.document.Connectors = []gather.Connector{
			{Name: "Default Frontend " + name, AuthMechanisms: []string{"Tls", "Integrated", "ExchangeServer"}, FQDN: fqdn, TLSCertificateName: []*string{nil, &publicName, nil}[i%3]},
			{Name: "Default " + name, AuthMechanisms: []string{"Tls", "ExchangeServer"}, SuppressXAnonymousTLS: new(i%6 == 0)},
			{Name: "Client Frontend " + name, AuthMechanisms: []string{"Tls", "BasicAuth"}, FQDN: "mail.contoso.test"},
			{Name: "Partners " + name, AuthMechanisms: [][]string{{"Tls"}, {"Integrated"}, {"ExchangeServer"}}[i%3], FQDN: "smtp.contoso.test"},
			{Name: "Closed " + name, AuthMechanisms: []string{"Tls", "ExchangeServer"}, Enabled: new(false)},
		}
		for c := range s.document.Connectors {
			s.document.Connectors[c].Bindings = []string{s.freeBinding(t, i%2 == 0)}
		}
		all = append(all, s)
	}
	return all
}

// freeBinding returns a binding to the server's address, or to all addresses,
// with a port that is free.
func (s *loopServer) freeBinding(t *testing.T, exact bool) string {
	t.Helper()
	listener, err := net.Listen("tcp", s.address+":0")
	require.NoError(t, err)
	defer listener.Close()
	if exact {
		return listener.Addr().String()
	}
	return fmt.Sprintf("0.0.0.0:%d", listener.Addr().(*net.TCPAddr).Port)
}

// target is where a connector is to be found.
func (s *loopServer) target(connector int) string {
	_, port, _ := net.SplitHostPort(s.document.Connectors[connector].Bindings[0])
	return net.JoinHostPort(s.address, port)
}

// serve starts a connector as the decision says.
func (s *loopServer) serve(t *testing.T, d *evaluate.Decision, connector int) {
	t.Helper()
	serving := func(offered bool, thumbprint *string) *tls.Config {
		if !offered {
			return nil
		}
		return &tls.Config{Certificates: []tls.Certificate{s.keys[*thumbprint]}}
	}
	anonymous, startTLS := d.InboundAnonymous.Connectors[connector], d.InboundSTARTTLS.Connectors[connector]
	s.running[startTLS.Name] = smtplab.Start(t, s.target(connector), smtplab.Server{
		Name:      s.document.Host.DNSFQDN,
		Anonymous: serving(anonymous.Advertise, anonymous.Thumbprint), STARTTLS: serving(startTLS.Advertise, startTLS.Thumbprint),
	})
}

// probeAll runs the program on every target.
func probeAll(t *testing.T, documents string, targets []string) (code int, results []probe.Result) {
	t.Helper()
	ended := program(t, "", append([]string{"probe", "-o", "json", "--against", documents}, targets...)...)
	require.Empty(t, ended.stderr)
	require.NoError(t, json.Unmarshal([]byte(ended.stdout), &results))
	require.Len(t, results, len(targets))
	return ended.code, results
}

// Twenty servers serve what is decided for them, and the probe agrees for every
// connector. Then one certificate is exchanged, and exactly that connector
// differs, in exactly that.
func TestClosedLoop(t *testing.T) {
	servers := loopServers(t)
	folder := t.TempDir()
	for _, s := range servers {
		text, err := json.Marshal(s.document)
		require.NoError(t, err)
		put(t, filepath.Join(folder, s.document.Server+".json"), string(text))
	}
	decided := program(t, "", "evaluate", "-o", "ndjson", folder)
	require.Equal(t, exitNo, decided.code, "some put mail at risk: %s", decided.stderr)
	var targets []string
	var decisions []*evaluate.Decision
	offered := map[string]int{}
	for i, line := range strings.Split(strings.TrimSuffix(decided.stdout, "\n"), "\n") {
		var d evaluate.Decision
		require.NoError(t, json.Unmarshal([]byte(line), &d))
		require.Equal(t, servers[i].document.Server, d.Server)
		decisions = append(decisions, &d)
		for c, connector := range servers[i].document.Connectors {
			if connector.Enabled == nil {
				servers[i].serve(t, &d, c)
				targets = append(targets, servers[i].target(c))
				offered[fmt.Sprint(d.InboundAnonymous.Connectors[c].Advertise, d.InboundSTARTTLS.Connectors[c].Advertise)]++
			}
		}
	}
	require.Len(t, targets, 80)
	require.Len(t, offered, 4, "every combination occurs: %v", offered)

	code, results := probeAll(t, folder, targets)
	for i, r := range results {
		require.NotNil(t, r.Comparison, "%s: %s", targets[i], r.NotCompared)
		require.Equal(t, new(true), r.Comparison.Same, "%s: %+v", r.Comparison.Connector, r.Comparison.Differences)
		s := servers[i/4]
		require.Equal(t, s.document.Server, r.Comparison.Server)
		require.Equal(t, s.document.Connectors[i%4].Name, r.Comparison.Connector)
	}
	require.Zero(t, code)

	for _, exchange := range []struct {
		server, connector int
		scenario          evaluate.Scenario
	}{{5, 0, evaluate.InboundAnonymous}, {10, 2, evaluate.InboundSTARTTLS}} {
		s, d := servers[exchange.server], *decisions[exchange.server]
		name := s.document.Connectors[exchange.connector].Name
		used, err := d.Thumbprint(exchange.scenario, name)
		require.NoError(t, err)
		require.NotNil(t, used)
		other := ""
		for _, certificate := range s.document.Certificates {
			if certificate.Thumbprint != *used {
				other = certificate.Thumbprint
			}
		}
		d.InboundAnonymous.Connectors = append([]evaluate.AnonymousConnector(nil), d.InboundAnonymous.Connectors...)
		d.InboundSTARTTLS.Connectors = append([]evaluate.STARTTLSConnector(nil), d.InboundSTARTTLS.Connectors...)
		if exchange.scenario == evaluate.InboundAnonymous {
			d.InboundAnonymous.Connectors[exchange.connector].Thumbprint = &other
		} else {
			d.InboundSTARTTLS.Connectors[exchange.connector].Thumbprint = &other
		}
		s.running[name].Stop()
		s.serve(t, &d, exchange.connector)

		code, results := probeAll(t, folder, targets)
		require.Equal(t, exitNo, code)
		for i, r := range results {
			differs := i == exchange.server*4+exchange.connector
			require.Equal(t, new(!differs), r.Comparison.Same, r.Comparison.Connector)
			if differs {
				require.Len(t, r.Comparison.Differences, 1)
				difference := r.Comparison.Differences[0]
				require.Equal(t, exchange.scenario, difference.Scenario)
				require.Equal(t, "certificate", difference.Field)
				require.Equal(t, *used, difference.Expected)
				require.Equal(t, other, difference.Found)
			}
		}
		s.running[name].Stop() // and back
		s.serve(t, decisions[exchange.server], exchange.connector)
	}
}
