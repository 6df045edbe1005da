package e2e_test

import (
	"crypto/tls"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

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
