//go:build unix

package e2e_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
)

// A directory that stalls, resets the connection or sends garbage is an error that
// names it and the step, in time, and nothing is written. A signal does not wait
// for the time to be up.
func TestHostileDirectory(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   func(*net.TCPConn)
		expected string
	}{
		"stalls": {func(conn *net.TCPConn) { io.Copy(io.Discard, conn) }, `timed out after 1s: context deadline exceeded; --timeout gives it more time`},
		"resets": {func(conn *net.TCPConn) {
			conn.Read(make([]byte, 1))
			conn.SetLinger(0) // RST in place of FIN
		}, `.*(reset by peer|closed).*`},
		"hangs up":      {func(*net.TCPConn) {}, `.*(EOF|closed|reset by peer|broken pipe).*`},
		"sends garbage": {func(conn *net.TCPConn) { conn.Write(bytes.Repeat([]byte("garbage"), 1<<10)) }, `.+`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := hostile.Listen(t, test.answer)
			file := filepath.Join(t.TempDir(), "out.json")
			for _, command := range []string{"gather --all-servers -o " + file, "gather --server EX01 -o " + file, "evaluate --server EX01", "check --server EX01"} {
				ended := program(t, "", append(strings.Fields(command), "--ldap-url", "ldap://"+host, "--anonymous", "--timeout", "1s")...)
				require.Equal(t, exitError, ended.code, command)
				if strings.HasPrefix(command, "check") {
					require.Equal(t, "0 servers checked, 1 document not checked because of an error.\n", ended.stdout)
				} else {
					require.Empty(t, ended.stdout, command)
				}
				require.Regexp(t, `^transportcert: (gathered document: )?directory ldap://`+host+`: bind as the anonymous user: `+test.expected+`\n$`, ended.stderr, command)
				require.NoFileExists(t, file)
			}
		})
	}
	t.Run("stalls until a signal comes", func(t *testing.T) {
		t.Parallel()
		connected := make(chan bool, 1)
		host := hostile.Listen(t, func(conn *net.TCPConn) {
			connected <- true
			io.Copy(io.Discard, conn)
		})
		r := start(t, "gather", "--all-servers", "--ldap-url", "ldap://"+host, "--anonymous", "--timeout", "10m", "-o", t.TempDir())
		<-connected
		r.interrupt(t, os.Interrupt)
		require.Contains(t, r.stderr.String(), "interrupted")
	})
}
