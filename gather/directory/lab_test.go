//go:build integration

package directory

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// lab returns a variable set by labs/samba/run.sh.
func lab(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv("TRANSPORTCERT_LAB_" + name)
	require.NotEmpty(t, value, "run this with labs/samba/run.sh go test -tags integration ./gather/directory/...")
	return value
}

// passwordOf reads a password file of the lab.
func passwordOf(t *testing.T, account string) func() ([]byte, error) {
	t.Helper()
	path := lab(t, account+"_PASSWORD")
	return func() ([]byte, error) {
		data, err := os.ReadFile(path)
		return bytes.TrimSpace(data), err
	}
}

// reader is a Gatherer for the domain controller over LDAPS, with the account
// that may read almost everything.
func reader(t *testing.T) Gatherer {
	t.Helper()
	return Gatherer{
		URL: lab(t, "URL"), CAFile: lab(t, "CA"), Timeout: time.Minute,
		Bind: Simple{User: lab(t, "READER"), Password: passwordOf(t, "READER")},
	}
}

// edge is a Gatherer for the public directory, below one of its containers.
func edge(t *testing.T, container string) Gatherer {
	t.Helper()
	return Gatherer{URL: lab(t, "EDGE_URL"), BaseDN: container + "CN=Configuration,CN={EDGE}", Timeout: time.Minute}
}

// limitedTo is a Gatherer for the directory that returns at most three entries.
func limitedTo(t *testing.T, base string) Gatherer {
	t.Helper()
	return Gatherer{
		URL: lab(t, "LIMITED_URL"), CAFile: lab(t, "CA"), BaseDN: base, Timeout: time.Minute,
		Bind: Simple{User: lab(t, "WATCHER"), Password: passwordOf(t, "WATCHER")},
	}
}

// listen makes c report into the list that it returns.
func listen(c *Gatherer) *[]string {
	reports := new([]string)
	c.Report = func(sentence string) { *reports = append(*reports, sentence) }
	return reports
}

// planned is the expected result for one server.
type planned struct {
	Server     string             `json:"server"`
	Case       string             `json:"case"`
	DN         string             `json:"dn"`
	Connectors []gather.Connector `json:"connectors"`
	Directory  gather.Directory   `json:"directory"`
	Host       gather.Host        `json:"host"`

	ExchangeVersion string   `json:"exchange_version"`
	Roles           []string `json:"roles"`
}

func plan(t *testing.T) map[string]planned {
	t.Helper()
	data, err := os.ReadFile(lab(t, "PLAN"))
	require.NoError(t, err)
	var all struct {
		Servers []planned `json:"servers"`
	}
	require.NoError(t, json.Unmarshal(data, &all))
	byName := map[string]planned{}
	for _, s := range all.Servers {
		byName[s.Server] = s
	}
	return byName
}

// first returns the first server of a case.
func first(t *testing.T, name string) planned {
	t.Helper()
	found := planned{}
	for _, s := range plan(t) {
		if s.Case == name && (found.Server == "" || s.Server < found.Server) {
			found = s
		}
	}
	require.NotEmpty(t, found.Server, "the plan has no case %q", name)
	return found
}

// request is a search request as sent.
type request struct {
	base   string
	scope  int64
	filter string
	paging *ldap.ControlPaging // nil: not paged
}

// wire records the search requests that are written to a connection. The LDAP
// library writes one message at a time.
type wire struct {
	net.Conn
	mu       sync.Mutex
	requests []request
	err      error
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	message, err := ber.DecodePacketErr(p)
	if err != nil {
		w.err = err
	} else if op := message.Children[1]; op.ClassType == ber.ClassApplication && op.Tag == ldap.ApplicationSearchRequest {
		r := request{base: op.Children[0].Value.(string), scope: op.Children[1].Value.(int64)}
		if r.filter, err = ldap.DecompileFilter(op.Children[6]); err != nil {
			w.err = err
		}
		if len(message.Children) > 2 {
			control, err := ldap.DecodeControl(message.Children[2].Children[0])
			if err != nil {
				w.err = err
			}
			r.paging, _ = control.(*ldap.ControlPaging)
		}
		w.requests = append(w.requests, r)
	}
	return w.Conn.Write(p)
}

// proxy forwards connections to target, and the answers until it has passed
// limit bytes; then it cuts the connection or stops sending. It returns its
// port and a function that returns the number of bytes passed.
func proxy(t *testing.T, target string, limit int, silent bool) (port string, passed func() int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var mu sync.Mutex
	total := 0
	done := make(chan struct{})
	t.Cleanup(func() { close(done); listener.Close() })
	serve := func(client net.Conn) {
		defer client.Close()
		server, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		defer server.Close()
		go func() {
			buffer := make([]byte, 4096)
			for {
				n, err := client.Read(buffer)
				if err != nil {
					server.Close()
					return
				}
				if _, err := server.Write(buffer[:n]); err != nil {
					return
				}
			}
		}()
		buffer := make([]byte, 1024)
		for {
			n, err := server.Read(buffer)
			if err != nil {
				return
			}
			mu.Lock()
			n = min(n, limit-total)
			total += n
			full := total >= limit
			mu.Unlock()
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
			if full && silent {
				<-done
			}
			if full {
				return
			}
		}
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(client)
		}
	}()
	_, port, err = net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port, func() int { mu.Lock(); defer mu.Unlock(); return total }
}
