package directory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/transportcert/transportcert/internal/files"
	"github.com/transportcert/transportcert/internal/printable"
)

// maxMessage limits the size of one message, which is an entry or less, in
// bytes: for two such messages the LDAP library can allocate a hundred times as
// much.
const maxMessage = 1 << 20

// The LDAP library limits messages only through this global variable.
func init() { ber.MaxPacketLengthBytes = maxMessage }

// A connection is bound to a host. ctx limits the time of everything, including
// the processing of results after it is closed.
type connection struct {
	g             Gatherer
	ctx           context.Context
	address, host string
	account       string // whose bind it is, for messages
	ldap          *ldap.Conn
	entries       int
	close         func()
}

// connect first checks what can be checked locally, then connects, starts TLS
// and binds.
func (g Gatherer) connect(ctx context.Context) (*connection, error) {
	u, err := g.target()
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	c := &connection{g: g, ctx: ctx, address: u.Scheme + "://" + u.Host, host: u.Hostname(), close: func() {}}
	if g.BaseDN != "" {
		if _, err := parseDN(g.BaseDN); err != nil {
			return nil, c.failed("base DN", err)
		}
	}
	config, err := g.tls(c.host)
	if err != nil {
		return nil, c.failed("reading the CA certificates", err)
	}
	bind := g.Bind
	if bind == nil {
		bind = Anonymous{}
	}
	if _, anonymous := bind.(Anonymous); !anonymous && u.Scheme == "ldap" && !g.StartTLS {
		return nil, c.failed("bind", errors.New("not attempted: plain LDAP allows only an anonymous bind; use ldaps:// or StartTLS"))
	}
	login, err := bind.prepare()
	if err != nil {
		return nil, c.failed("bind", err)
	}
	if err := c.start(u, config, login); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// target parses the URL and adds the port. No error repeats the URL, because it
// might contain a password.
func (g Gatherer) target() (*url.URL, error) {
	u, err := url.Parse(g.URL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "ldap" && u.Scheme != "ldaps") {
		return nil, errors.New("expected a URL ldaps://HOST[:PORT] or ldap://HOST[:PORT]")
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("expected a URL ldaps://HOST[:PORT] or ldap://HOST[:PORT], found one with an account, a path or a query")
	}
	if u.Scheme == "ldaps" && g.StartTLS {
		return nil, errors.New("StartTLS is for ldap:// only: ldaps:// uses TLS from the start")
	}
	if u.Port() == "" {
		port := map[string]string{"ldap": ldap.DefaultLdapPort, "ldaps": ldap.DefaultLdapsPort}[u.Scheme]
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	return u, nil
}

func (g Gatherer) tls(host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if g.CAFile == "" {
		return config, nil
	}
	pool, skipped, err := files.Authorities(g.CAFile)
	for _, block := range skipped {
		g.Report.Sentence("%s: skipped %s", g.CAFile, block)
	}
	config.RootCAs = pool
	return config, err
}

func (c *connection) start(u *url.URL, config *tls.Config, as login) error {
	ctx := c.ctx
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return c.failed("connecting", err)
	}
	conn = &limited{Conn: conn, most: c.g.Limits.Bytes, left: c.g.Limits.Bytes}
	raw := conn
	forget := context.AfterFunc(ctx, func() { raw.Close() }) // the LDAP library does not support contexts
	c.close = func() { forget(); raw.Close() }
	if u.Scheme == "ldaps" {
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			return c.failed("TLS", err)
		}
		conn = secured
		if c.g.observe != nil {
			conn = c.g.observe(conn)
		}
	}
	c.ldap = ldap.NewConn(conn, u.Scheme == "ldaps")
	c.ldap.Start()
	c.close = func() { forget(); c.ldap.Close() }
	if c.g.StartTLS {
		if err := c.ldap.StartTLS(config); err != nil {
			return c.failed("StartTLS", err)
		}
	}
	// The Kerberos library does not either: its requests to a KDC may outlive
	// this call.
	done := make(chan error, 1)
	go func() { done <- as.bind(c.ldap, c.host) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return c.failed("bind as "+as.account, err)
	}
	c.account = as.account
	if who, err := c.ldap.WhoAmI(nil); err == nil && who.AuthzID != "" {
		c.account = strings.TrimPrefix(who.AuthzID, "u:")
	}
	return nil
}

// exchangeContainer returns the DN below which a forest keeps the Exchange
// configuration.
func (c *connection) exchangeContainer() (string, error) {
	const attribute = "configurationNamingContext"
	result, err := c.ldap.Search(&ldap.SearchRequest{
		Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{attribute},
	})
	if err != nil {
		return "", c.failed("reading the RootDSE", err)
	}
	for _, e := range result.Entries {
		if dn := e.GetAttributeValue(attribute); dn != "" {
			return "CN=Microsoft Exchange,CN=Services," + dn, nil
		}
	}
	return "", c.failed("reading the RootDSE", errors.New("there is no "+attribute+", and no base DN was given"))
}

// search returns everything that the filter matches below base, page by page.
func (c *connection) search(base, filter string, attributes []string, size uint32) ([]*ldap.Entry, error) {
	step := fmt.Sprintf("searching for %s below %s", filter, base)
	paging := ldap.NewControlPaging(size)
	var entries []*ldap.Entry
	referrals := 0
	for {
		page, err := c.ldap.Search(&ldap.SearchRequest{
			BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: filter, Attributes: attributes,
			Controls: []ldap.Control{paging},
		})
		if err != nil {
			return nil, c.failed(step, err)
		}
		if c.ctx.Err() != nil {
			return nil, c.failed(step, c.ctx.Err())
		}
		for _, referral := range page.Referrals {
			c.g.Report.Sentence("did not follow the referral to %s: %s", referral, step)
		}
		entries = append(entries, page.Entries...)
		referrals += len(page.Referrals)
		if most := c.g.Limits.Entries; len(entries)+referrals > most {
			return nil, c.failed(step, fmt.Errorf("expected at most %d entries, found more", most))
		}
		c.entries += len(page.Entries)
		if c.g.Progress != nil {
			c.g.Progress(c.entries)
		}
		next, ok := ldap.FindControl(page.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 {
			return entries, nil
		}
		paging.SetCookie(next.Cookie)
	}
}

// failed returns an error with the host, the step and the reason.
func (c *connection) failed(step string, err error) error {
	cut := c.ctx.Err()
	// A dialer can notice the timeout slightly before its context does.
	if deadline, bounded := c.ctx.Deadline(); cut == nil && bounded && !time.Now().Before(deadline) {
		cut = context.DeadlineExceeded
	}
	switch {
	// An operation that was interrupted returns an error that says less.
	case errors.Is(cut, context.DeadlineExceeded):
		err = fmt.Errorf("%w %s: %w", ErrTimeout, c.g.Timeout.Round(time.Millisecond), cut)
	case cut != nil:
		err = fmt.Errorf("interrupted: %w", cut)
	default:
		err = printable.OneLine(explained(err)) // parts of it come from the host
	}
	return fmt.Errorf("directory %s: %s: %w", c.address, step, err)
}

// ErrTimeout means that Gatherer.Timeout is exceeded.
var ErrTimeout = errors.New("timed out after")

// ErrUntrusted means that the host's certificate is not trusted: it was not
// issued by a CA in Gatherer.CAFile or among the system's roots.
var ErrUntrusted = errors.New("the host's certificate is not trusted")

// explained puts an explanation in front of an error.
func explained(err error) error {
	var hint string
	var answer *ldap.Error
	switch {
	// StartTLS preserves the text of a TLS error but not its type.
	case strings.Contains(err.Error(), x509.UnknownAuthorityError{}.Error()):
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	case errors.As(err, &answer):
		hint = map[uint16]string{
			ldap.LDAPResultOperationsError:    "Active Directory does not answer anonymous requests",
			ldap.LDAPResultSizeLimitExceeded:  "the result exceeds this account's size limit: gather a single server, or use another account",
			ldap.LDAPResultStrongAuthRequired: "the host requires TLS, or another type of bind",
			ldap.LDAPResultReferral:           "another host has this object, and referrals are not followed: connect to that host",
			ldap.LDAPResultNoSuchObject:       "the object does not exist, or the account may not see it",
			ldap.LDAPResultInvalidCredentials: "the account or its password is wrong, or the account may not log on",
		}[answer.ResultCode]
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%s: %w", hint, err)
}

// A limited connection returns no more bytes than the limit allows.
type limited struct {
	net.Conn
	most, left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("the host sent more than %d bytes", l.most)
	}
	n, err := l.Conn.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}
