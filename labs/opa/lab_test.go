//go:build integration

// Package opa_test runs the bundle in real programs: opa, conftest, nginx and
// docker-registry (labs/install.sh installs the last two):
//
//	go test -count=1 -tags integration ./labs/opa
//
// It builds opa in the version in go.mod and installs conftest in a temporary
// folder. Everything listens on free ports of 127.0.0.1.
package opa_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
)

const (
	conftest = "github.com/open-policy-agent/conftest@v0.71.1"
	patience = 30 * time.Second // time for a program to start and load its bundle
)

// A lab is a folder with the programs, keys and certificates, and with the
// files that docs/opa.md assumes: ex01.json, ex02.json, ca.pem, www, examples.
type lab struct {
	t      *testing.T
	folder string
	// The hosts bundles.contoso.test, registry.contoso.test and localhost:8181
	// of the documentation.
	web, registry, opa string
}

// programs is the folder of transportcert, opa and conftest.
var programs string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if programs, err = os.MkdirTemp("", "transportcert-lab-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(programs)
		os.Setenv("CGO_ENABLED", "0")
		os.Setenv("GOBIN", programs)
		os.Setenv("PATH", strings.Join([]string{programs, os.Getenv("PATH"), "/usr/sbin"}, string(os.PathListSeparator))) // Debian has nginx in sbin
		for _, args := range [][]string{
			{"build", "-o", programs + "/", "../../cmd/transportcert", "github.com/open-policy-agent/opa"},
			{"install", conftest},
		} {
			if output, err := exec.Command("go", args...).CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "go %s: %v\n%s", args, err, output)
				return 1
			}
		}
		return m.Run()
	}())
}

func newLab(t *testing.T) *lab {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	l := &lab{t: t, folder: t.TempDir(), web: freeAddress(t), registry: freeAddress(t), opa: freeAddress(t)}
	l.run(filepath.Join(root, "labs/opa/certificates.sh"), l.folder)
	require.NoError(t, os.Mkdir(l.path("www"), 0o755))
	for name, target := range map[string]string{
		"examples":  "examples",
		"ex01.json": "fixtures/58-mismatch-in-session/input.json",
		"ex02.json": "fixtures/02-pki-certificate-in-use/input.json",
	} {
		require.NoError(t, os.Symlink(filepath.Join(root, target), l.path(name)))
	}
	l.startWeb()
	l.startRegistry(l.registry, fmt.Sprintf("  tls: {certificate: %s, key: %s}\n", l.path("server.pem"), l.path("server.key")))
	return l
}

func (l *lab) path(name string) string { return filepath.Join(l.folder, name) }

func (l *lab) write(name, text string) string {
	l.t.Helper()
	require.NoError(l.t, os.WriteFile(l.path(name), []byte(text), 0o600))
	return l.path(name)
}

// startWeb starts nginx for the folder www.
func (l *lab) startWeb() {
	l.t.Helper()
	l.write("nginx.conf", fmt.Sprintf(`
daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path %[1]s/nginx-body;
  proxy_temp_path %[1]s/nginx-proxy;
  fastcgi_temp_path %[1]s/nginx-fastcgi;
  uwsgi_temp_path %[1]s/nginx-uwsgi;
  scgi_temp_path %[1]s/nginx-scgi;
  server {
    listen %[2]s ssl;
    ssl_certificate %[1]s/server.pem;
    ssl_certificate_key %[1]s/server.key;
    root %[1]s/www;
  }
}
`, l.folder, l.web))
	l.start("nginx", "-p", l.folder, "-c", l.path("nginx.conf"), "-e", "stderr")
	l.await(l.web)
}

// startRegistry starts a registry; more is the end of its configuration.
func (l *lab) startRegistry(address, more string) {
	l.t.Helper()
	name := "registry-" + strings.ReplaceAll(address, ":", "-")
	config := l.write(name+".yml", fmt.Sprintf(
		"version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp:\n  addr: %s\n%s", l.path(name), address, more))
	l.start("docker-registry", "serve", config)
	l.await(address)
}

// startRegistryWithPassword starts a registry that accepts only user:password.
func (l *lab) startRegistryWithPassword(address, user, password string) {
	l.t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(l.t, err)
	file := l.write("htpasswd", user+":"+string(hash)+"\n")
	l.startRegistry(address, fmt.Sprintf("auth: {htpasswd: {realm: lab, path: %s}}\n", file))
}

// startOPA starts an OPA server and waits until it has loaded its bundles. It
// returns the path of its log and a function that stops it.
func (l *lab) startOPA(address string, args ...string) (log string, stop func()) {
	l.t.Helper()
	args = append([]string{"run", "--server", "--skip-version-check", "--addr", address}, args...)
	log, stop = l.start("opa", args...)
	var status string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		response, err := http.Get("http://" + address + "/health?bundles")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return log, stop
			}
			status = response.Status
		}
	}
	require.Failf(l.t, "opa has no bundle", "%s\n%s\n%s", args, status, l.read(log))
	return "", nil
}

// start starts a program that is stopped when the test ends, if not before, and
// returns the file with its output.
func (l *lab) start(program string, args ...string) (log string, stop func()) {
	l.t.Helper()
	file, err := os.CreateTemp(l.folder, filepath.Base(program)+"-*.log")
	require.NoError(l.t, err)
	defer file.Close()
	command := l.command(program, args...)
	command.Stdout, command.Stderr = file, file
	require.NoError(l.t, command.Start())
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		_ = command.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(5*time.Second, func() { _ = command.Process.Kill() })
		_ = command.Wait()
		timer.Stop()
	}
	l.t.Cleanup(stop)
	return file.Name(), stop
}

func (l *lab) await(address string) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
		}
		return err == nil
	}, patience, 20*time.Millisecond, "nothing listens on %s", address)
}

func (l *lab) command(program string, args ...string) *exec.Cmd {
	command := exec.Command(program, args...)
	command.Dir = l.folder
	command.Env = append(os.Environ(), "DOCKER_CONFIG="+l.folder)
	return command
}

// run runs a program that must succeed and returns its output.
func (l *lab) run(program string, args ...string) string {
	l.t.Helper()
	stdout, stderr, code := l.try(program, args...)
	require.Zerof(l.t, code, "%s %s\n%s%s", program, args, stdout, stderr)
	return stdout
}

// try runs a program and returns its output and exit code.
func (l *lab) try(program string, args ...string) (stdout, stderr string, code int) {
	l.t.Helper()
	command := l.command(program, args...)
	var out, err strings.Builder
	command.Stdout, command.Stderr = &out, &err
	if failed := command.Run(); failed != nil && command.ProcessState == nil {
		require.NoError(l.t, failed)
	}
	return out.String(), err.String(), command.ProcessState.ExitCode()
}

func (l *lab) read(path string) string {
	l.t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(l.t, err)
	return string(text)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}
