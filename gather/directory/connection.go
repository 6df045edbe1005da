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

// maxMessage bounds one message, which is an entry or less, in bytes: two of
// them can make the LDAP library take a hundred.
const maxMessage = 1 << 20

// The LDAP library has no other place to bound a message.
func init() { ber.MaxPacketLengthBytes = maxMessage }

// A connection is bound. ctx bounds the time of everything, also of what is done
// with the answers once it is closed.
type connection struct {
	g             Gatherer
	ctx           context.Context
	address, host string
	account       string // as whom it is bound, for messages
	ldap          *ldap.Conn
	entries       int
	close         func()
}

// connect checks everything that can be checked on this machine, then
// connects, goes over to TLS and binds.
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
		return nil, c.failed("bind", errors.New("refused before anything was sent: over plain LDAP only an anonymous bind is allowed; use ldaps:// or StartTLS"))
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

// target parses the URL and adds the port. No error repeats the URL: it might
// hold a password.
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
		g.report("%s: skipped %s", g.CAFile, block)
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
	forget := context.AfterFunc(ctx, func() { raw.Close() }) // the LDAP library knows no context
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
	// Nor does the Kerberos library: what it asks of a KDC may outlive us.
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

// exchangeContainer is where a forest keeps the configuration of Exchange.
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
	return "", c.failed("reading the RootDSE", errors.New("there is no "+attribute+", and no base DN is given"))
}

// search returns all that the filter finds below base, page after page.
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
			c.g.report("did not follow the referral to %s: %s", referral, step)
		}
		entries = append(entries, page.Entries...)
		referrals += len(page.Referrals)
		if most := c.g.Limits.Entries; len(entries)+referrals > most {
			return nil, c.failed(step, fmt.Errorf("there are more than %d", most))
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

// failed says where, at which step and why.
func (c *connection) failed(step string, err error) error {
	cut := c.ctx.Err()
	// A dialer can notice the end of the time a moment before its context does.
	if deadline, bounded := c.ctx.Deadline(); cut == nil && bounded && !time.Now().Before(deadline) {
		cut = context.DeadlineExceeded
	}
	switch {
	// An operation that we cut short has an error of its own, which says less.
	case errors.Is(cut, context.DeadlineExceeded):
		err = fmt.Errorf("%w %s: %w", ErrTimeout, c.g.Timeout.Round(time.Millisecond), cut)
	case cut != nil:
		err = fmt.Errorf("interrupted: %w", cut)
	default:
		err = printable.OneLine(explained(err)) // the host words some of it
	}
	return fmt.Errorf("directory %s: %s: %w", c.address, step, err)
}

// ErrTimeout says that the time of Gatherer.Timeout is over.
var ErrTimeout = errors.New("timed out after")

// ErrUntrusted says that the certificate of the host is not trusted: no CA of
// Gatherer.CAFile, or of the system's roots, issued it.
var ErrUntrusted = errors.New("the host's certificate is not trusted")

// explained puts in front of an error what it means.
func explained(err error) error {
	var hint string
	var answer *ldap.Error
	switch {
	// StartTLS keeps the text of a TLS error and not its type.
	case strings.Contains(err.Error(), x509.UnknownAuthorityError{}.Error()):
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	case errors.As(err, &answer):
		hint = map[uint16]string{
			ldap.LDAPResultOperationsError:    "Active Directory answers no anonymous request",
			ldap.LDAPResultSizeLimitExceeded:  "the result exceeds what the account may read at once: ask for one server, or as another account",
			ldap.LDAPResultStrongAuthRequired: "the host requires TLS, or another kind of bind",
			ldap.LDAPResultReferral:           "another host has this object, and referrals are not followed: ask that host",
			ldap.LDAPResultNoSuchObject:       "the object does not exist, or the account may not see it",
			ldap.LDAPResultInvalidCredentials: "the account or its password is wrong, or it may not log on",
		}[answer.ResultCode]
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%s: %w", hint, err)
}

// A limited connection gives no more bytes than are left of the most.
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
