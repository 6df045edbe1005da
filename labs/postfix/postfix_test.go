//go:build integration

// Package postfix_test probes a real Postfix, which labs/install.sh installs:
//
//	go test -count=1 -tags integration ./labs/postfix
//
// It requires root. Postfix listens on free loopback ports, accepts no mail,
// and keeps everything in a temporary folder.
package postfix_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/probe"
)

// A lab is a folder with the program, Postfix's configuration and its log.
type lab struct {
	t       *testing.T
	folder  string
	master  strings.Builder
	program string
}

const masterCF = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
proxymap unix - - n - - proxymap
`

func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("Postfix must be started as root")
	}
	if _, err := exec.LookPath("postfix"); err != nil {
		t.Fatal("postfix is missing: run labs/install.sh")
	}
	folder, err := os.MkdirTemp("", "transportcert-postfix-") // Postfix's own user cannot read t.TempDir
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	require.NoError(t, os.Chmod(folder, 0o755))
	l := &lab{t: t, folder: folder, program: filepath.Join(t.TempDir(), "transportcert")}
	for _, name := range []string{"etc", "queue", "data"} {
		require.NoError(t, os.Mkdir(l.path(name), 0o755))
	}
	owner, err := user.Lookup("postfix")
	require.NoError(t, err)
	id, err := strconv.Atoi(owner.Uid)
	require.NoError(t, err)
	require.NoError(t, os.Chown(l.path("data"), id, -1))
	l.run("go", "build", "-o", l.program, "../../cmd/transportcert")
	return l
}

func (l *lab) path(name string) string { return filepath.Join(l.folder, name) }

func (l *lab) write(name, text string) string {
	l.t.Helper()
	require.NoError(l.t, os.WriteFile(l.path(name), []byte(text), 0o600))
	return l.path(name)
}

func (l *lab) run(name string, args ...string) {
	l.t.Helper()
	output, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(l.t, err, "%s: %s", name, output)
}

// listen adds a port with its own settings and returns its address.
func (l *lab) listen(host string, settings ...string) string {
	l.t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(l.t, err)
	defer listener.Close()
	fmt.Fprintf(&l.master, "%s inet n - n - - smtpd\n", listener.Addr())
	for _, setting := range settings {
		fmt.Fprintf(&l.master, "  -o { %s }\n", setting)
	}
	return listener.Addr().String()
}

// start starts Postfix with the added ports until the test ends.
func (l *lab) start(settings ...string) {
	l.t.Helper()
	l.write("etc/main.cf", strings.Join(append([]string{
		"compatibility_level = 3.6", "queue_directory = " + l.path("queue"), "data_directory = " + l.path("data"),
		"mail_owner = postfix", "setgid_group = postdrop", "myhostname = mail.contoso.test", "inet_interfaces = loopback-only",
		"inet_protocols = all", "maillog_file = " + l.path("log"), "maillog_file_prefixes = " + l.folder,
		"smtpd_tls_security_level = may", "smtpd_tls_loglevel = 1", "smtpd_relay_restrictions = reject", "notify_classes =",
	}, settings...), "\n")+"\n")
	l.write("etc/master.cf", l.master.String()+masterCF)
	l.run("postfix", "-c", l.path("etc"), "start")
	l.t.Cleanup(func() { l.run("postfix", "-c", l.path("etc"), "stop") })
}

// probe runs the program and returns its exit code and results.
func (l *lab) probe(args ...string) (int, []probe.Result) {
	l.t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.Command(l.program, append([]string{"probe", "-o", "json"}, args...)...)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); !errors.As(err, new(*exec.ExitError)) {
		require.NoError(l.t, err)
	}
	var results []probe.Result
	require.NoError(l.t, json.Unmarshal(stdout.Bytes(), &results), stderr.String())
	return command.ProcessState.ExitCode(), results
}

// A pair is a certificate with its key.
type pair struct {
	*x509.Certificate
	key crypto.Signer
}

func rsaKey(t *testing.T) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key
}

func ecdsaKey(t *testing.T) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// issue creates a certificate that is valid from one day before now until that
// many days after now. Without an issuer it is self-signed.
func issue(t *testing.T, name string, key crypto.Signer, issuer *pair, days int) *pair {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(0, 0, -100), NotAfter: now.AddDate(0, 0, days),
		BasicConstraintsValid: true, IsCA: strings.HasSuffix(name, "CA"),
	}
	if !template.IsCA {
		template.DNSNames = []string{name, "localhost"}
	}
	parent := pair{template, key}
	if issuer != nil {
		parent = *issuer
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.Certificate, key.Public(), parent.key)
	require.NoError(t, err)
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &pair{made, key}
}

func (p *pair) thumbprint() string { return fmt.Sprintf("%X", sha1.Sum(p.Raw)) }

// file writes the key and the chain of a certificate as Postfix requires them.
func (l *lab) file(p *pair, chain ...*pair) string {
	l.t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	require.NoError(l.t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for _, c := range append([]*pair{p}, chain...) {
		text += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return l.write(p.thumbprint()+".pem", text)
}

func TestPostfix(t *testing.T) {
	l := newLab(t)
	root := issue(t, "Contoso Root CA", ecdsaKey(t), nil, 1000)
	issuing := issue(t, "Contoso Issuing CA", ecdsaKey(t), root, 900)
	public := issue(t, "mail.contoso.test", rsaKey(t), issuing, 90)
	elliptic := issue(t, "mail.contoso.test", ecdsaKey(t), issuing, 90)
	expired := issue(t, "old.contoso.test", rsaKey(t), nil, -10)
	roots := l.write("root.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})))
	chain := "smtpd_tls_chain_files = " + l.file(public, issuing)
	old := func(protocol string) []string {
		return []string{"smtpd_tls_chain_files = " + l.file(expired), "smtpd_tls_protocols = " + protocol,
			"smtpd_tls_ciphers = medium", "tls_medium_cipherlist = DEFAULT:@SECLEVEL=0"}
	}

	addresses := map[string]string{
		"public":  l.listen("127.0.0.1", chain),
		"both":    l.listen("127.0.0.1", chain+", "+l.file(elliptic, issuing)),
		"expired": l.listen("127.0.0.1", "smtpd_tls_chain_files = "+l.file(expired)),
		"1.0":     l.listen("127.0.0.1", old("TLSv1")...),
		"1.1":     l.listen("127.0.0.1", old("TLSv1.1")...),
		"1.2":     l.listen("127.0.0.1", old("TLSv1.2")...),
		"none":    l.listen("127.0.0.1", "smtpd_tls_security_level = none"),
		"broken":  l.listen("127.0.0.1", "smtpd_tls_chain_files = "+l.write("broken.pem", "no key\n")),
		"IPv6":    l.listen("::1", chain),
		"asks":    l.listen("127.0.0.1", chain, "smtpd_tls_ask_ccert = yes"),
		"wrapped": l.listen("127.0.0.1", chain, "smtpd_tls_wrappermode = yes"),
	}
	l.start()
	of := func(name string) (int, probe.Result) {
		t.Helper()
		code, results := l.probe(addresses[name], "--roots", roots, "--timeout", "10s")
		require.Len(t, results, 1)
		return code, results[0]
	}

	code, r := of("public")
	require.Zero(t, code)
	require.Equal(t, "mail.contoso.test ESMTP Postfix", strings.TrimSuffix(r.Banner, " (Debian/GNU)"))
	require.Contains(t, r.Extensions, "STARTTLS")
	require.Contains(t, r.Extensions, "PIPELINING")
	require.False(t, r.XAnonymousTLS.Offered)
	require.Equal(t, []string{`The banner is not that of Exchange ("Microsoft ESMTP MAIL Service").`}, r.Notes)
	require.Equal(t, "TLS 1.3", r.STARTTLS.Protocol)
	require.Equal(t, public.thumbprint(), *r.STARTTLS.Thumbprint)
	require.Len(t, r.STARTTLS.Chain, 2)
	require.Equal(t, issuing.thumbprint(), r.STARTTLS.Chain[1].Thumbprint)
	require.Equal(t, new(true), r.STARTTLS.Verification.Chain.OK)
	require.Equal(t, new(true), r.STARTTLS.Verification.Dates.OK)
	require.Equal(t, new(false), r.STARTTLS.Verification.Name.OK, "it is not named 127.0.0.1")

	_, port, err := net.SplitHostPort(addresses["public"])
	require.NoError(t, err)
	code, results := l.probe("localhost:"+port, "--roots", roots)
	require.Zero(t, code)
	require.Equal(t, new(true), results[0].STARTTLS.Verification.Name.OK)

	_, r = of("both")
	require.Contains(t, []string{public.thumbprint(), elliptic.thumbprint()}, *r.STARTTLS.Thumbprint)

	code, r = of("expired")
	require.Zero(t, code, "an expired certificate is still served")
	require.Equal(t, expired.thumbprint(), *r.STARTTLS.Thumbprint)
	require.Equal(t, new(false), r.STARTTLS.Verification.Dates.OK)
	require.Equal(t, new(false), r.STARTTLS.Verification.Chain.OK)

	for _, version := range []string{"1.0", "1.1", "1.2"} {
		code, r = of(version)
		require.Zero(t, code, r.STARTTLS.Error)
		require.Equal(t, "TLS "+version, r.STARTTLS.Protocol)
		require.Equal(t, expired.thumbprint(), *r.STARTTLS.Thumbprint)
	}

	code, r = of("none")
	require.Zero(t, code)
	require.False(t, r.STARTTLS.Offered)

	code, r = of("broken")
	require.Equal(t, 1, code)
	require.True(t, r.STARTTLS.Offered)
	require.Equal(t, probe.Failed, r.STARTTLS.State)
	require.Contains(t, r.STARTTLS.Error, `expected 220 after STARTTLS, found "454 4.7.0 TLS not available`)

	code, r = of("IPv6")
	require.Zero(t, code)
	require.Equal(t, public.thumbprint(), *r.STARTTLS.Thumbprint)

	code, r = of("asks")
	require.Zero(t, code)
	require.Equal(t, public.thumbprint(), *r.STARTTLS.Thumbprint)

	code, results = l.probe(addresses["wrapped"], addresses["public"], "--timeout", "2s")
	require.Equal(t, 2, code)
	require.Equal(t, "reading the banner: no answer within 2s", results[0].Error)
	require.Equal(t, public.thumbprint(), *results[1].STARTTLS.Thumbprint)

	metrics, err := exec.Command(l.program, "probe", "-o", "prometheus", "--roots", roots, addresses["public"], addresses["none"], addresses["IPv6"]).Output()
	require.NoError(t, err)
	require.Contains(t, string(metrics), `transportcert_probe_extension_offered{target="`+addresses["public"]+`",extension="STARTTLS"} 1`)
	promtool := exec.Command("promtool", "check", "metrics")
	promtool.Stdin = bytes.NewReader(metrics)
	output, err := promtool.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Empty(t, string(output))

	// The commands that Postfix itself counted: nothing else, and no client
	// certificate.
	log, err := os.ReadFile(l.path("log"))
	require.NoError(t, err)
	sessions := regexp.MustCompile(`disconnect from \S+ (.*)`).FindAllSubmatch(log, -1)
	require.Greater(t, len(sessions), 20)
	for _, session := range sessions {
		require.Regexp(t, `^(ehlo=1( starttls=(1|0/1))? quit=1 commands=\S+|commands=0/0)$`, string(session[1]))
	}
	require.Regexp(t, `Anonymous TLS connection established from \S+\[::1\]: TLSv1.3`, string(log))
	require.NotRegexp(t, `(Trusted|Untrusted|Verified) TLS connection`, string(log))
}
