package e2e_test

import (
	"crypto/tls"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/probe/smtplab"
)

// smtp starts an SMTP server for the rest of the script and puts its address into
// a variable: smtp VARIABLE [NAME=VALUE…]. anonymous and starttls name the files
// NAME.crt and NAME.key of the certificate that is served; name and banner are
// the server's; stall and refuse name a phase.
func smtp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: smtp VARIABLE [anonymous=FILE] [starttls=FILE] [name=TEXT] [banner=TEXT] [stall=PHASE] [refuse=PHASE]")
	}
	serving := func(file string) *tls.Config {
		certificate, err := tls.LoadX509KeyPair(file+".crt", file+".key")
		ts.Check(err)
		return &tls.Config{Certificates: []tls.Certificate{certificate}, MaxVersion: tls.VersionTLS12}
	}
	var server smtplab.Server
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "anonymous":
			server.Anonymous = serving(value)
		case "starttls":
			server.STARTTLS = serving(value)
		case "name":
			server.Name = value
		case "banner":
			server.Banner = value
		case "stall":
			server.Fault = smtplab.At(smtplab.Phase(value), 1, smtplab.Stall)
		case "refuse":
			server.Fault = smtplab.At(smtplab.Phase(value), 1, smtplab.Hang)
		default:
			ts.Fatalf("unknown setting %q", name)
		}
	}
	running, err := smtplab.Listen("127.0.0.1:0", server)
	ts.Check(err)
	ts.Defer(running.Stop)
	ts.Setenv(args[0], running.Address)
}

// stalled starts servers that take connections and say nothing.
func stalled(t *testing.T, n int) []string {
	t.Helper()
	var addresses []string
	for range n {
		server := smtplab.Server{Fault: smtplab.At(smtplab.Banner, 1, smtplab.Stall)}
		addresses = append(addresses, smtplab.Start(t, "127.0.0.1:0", server).Address)
	}
	return addresses
}

// A signal ends a probe that waits for an answer.
func TestInterruptedProbe(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no signals to processes")
	}
	r := start(t, append([]string{"probe", "-o", "json", "--timeout", "2m"}, stalled(t, 3)...)...)
	time.Sleep(500 * time.Millisecond)
	require.Equal(t, "[]\n", r.interrupt(t, os.Interrupt))
	require.Equal(t, "transportcert: interrupted; servers probed: 0\n", r.stderr.String())
}

// Sixteen servers that stall take no longer than one.
func TestProbesAtOnce(t *testing.T) {
	t.Parallel()
	addresses := stalled(t, 16)
	begun := time.Now()
	ended := program(t, "", append([]string{"probe", "-o", "ndjson", "--timeout", "3s"}, addresses...)...)
	require.Equal(t, exitError, ended.code)
	require.Less(t, time.Since(begun), 20*time.Second)
	lines := strings.Split(strings.TrimSuffix(ended.stdout, "\n"), "\n")
	require.Len(t, lines, len(addresses))
	for i, line := range lines {
		require.Contains(t, line, `{"target":"`+addresses[i]+`","address":"",`)
		require.Contains(t, line, `"error":"reading the banner: no answer within 3s"`)
	}
}
