// Package directory gathers facts about Exchange servers from Active Directory
// over LDAP: their connectors, directory thumbprints and names.
//
// A whole forest takes two paged searches below its Exchange container, one for
// the servers and one for the Receive connectors. A connector belongs to the
// server above it in the tree of DNs. For one server, the same two searches are
// narrowed to it.
//
// Every bind except an anonymous one requires TLS, and TLS is always verified.
// Channel binding tokens are sent only on Windows: a domain controller that
// requires them (LdapEnforceChannelBinding 2) rejects Kerberos from other
// systems.
package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// DefaultTimeout applies if Gatherer.Timeout is 0.
const DefaultTimeout = 2 * time.Minute

// Gatherer fills the connectors, directory and host sections, the Exchange
// version and the roles, for one server (Gather) or for each server of the
// forest (All).
type Gatherer struct {
	URL      string        // ldaps://HOST[:PORT] or ldap://HOST[:PORT]
	StartTLS bool          // with ldap://: start TLS before anything else
	CAFile   string        // PEM certificates to verify the host's certificate with; empty: the system's roots
	BaseDN   string        // the base of both searches; empty: the forest's Exchange container
	Bind     Bind          // how to log on; nil: Anonymous
	Server   string        // for Gather: NetBIOS name or FQDN
	Timeout  time.Duration // for everything, from connecting to the last page; 0: DefaultTimeout
	Limits   Limits        // restricts what the directory can send
	Report   gather.Report // receives what was skipped or is unknown; nil: discarded

	// Now is the clock of a document's gathered_at. nil: time.Now.
	Now func() time.Time

	// Progress is called after each page with the number of entries so far.
	// nil: discarded.
	Progress func(entries int)

	// observe sees the plaintext of an LDAPS connection.
	observe func(net.Conn) net.Conn
}

// Gather fills the sections for g.Server or, if that is empty, doc.Server. If
// the directory shows no such server, the directory section is not readable and
// the other sections are not changed; neither is a section whose attributes are
// hidden. An error names the host and the step, or the DN, the attribute and
// what was expected; doc is then unchanged.
func (g Gatherer) Gather(ctx context.Context, doc *gather.Document) (err error) {
	defer func() { err = printable.Error(err) }()
	if g.Server == "" {
		return errors.New("directory: expected the name of a server, found none")
	}
	g, ctx, cancel := g.bounded(ctx)
	defer cancel()
	f, err := g.read(ctx, g.Server)
	if err != nil {
		return err
	}
	if len(f.servers) == 0 {
		reason := f.notFound("msExchExchangeServer named " + g.Server)
		g.Report.Sentence("%s: %s", g.Server, reason)
		f.fill(doc, gather.Document{Server: g.Server, Directory: &gather.Directory{Error: reason}})
		return nil
	}
	found, err := g.document(f, f.servers[0])
	if err != nil {
		return err
	}
	f.fill(doc, found)
	return nil
}

// All returns a document for each server of the forest, sorted by name. Hidden
// sections are nil, and so are the certificates, which the directory does not
// hold. The errors are those of Gather; All then returns no document.
func (g Gatherer) All(ctx context.Context) (docs []*gather.Document, err error) {
	defer func() { err = printable.Error(err) }()
	g, ctx, cancel := g.bounded(ctx)
	defer cancel()
	f, err := g.read(ctx, "")
	if err != nil {
		return nil, err
	}
	if len(f.servers) == 0 {
		return nil, fmt.Errorf("directory %s: %s", f.address, f.notFound("msExchExchangeServer"))
	}
	var errs []error
	for _, s := range f.servers {
		if ctx.Err() != nil {
			return nil, f.failed("reading "+s.entry.DN, ctx.Err())
		}
		found, err := g.document(f, s)
		errs = append(errs, err)
		doc := &gather.Document{SchemaVersion: gather.Version}
		f.fill(doc, found)
		docs = append(docs, doc)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return docs, nil
}

// bounded applies the default limits and the timeout.
func (g Gatherer) bounded(ctx context.Context) (Gatherer, context.Context, context.CancelFunc) {
	g.Limits = g.Limits.WithDefaults()
	g.Timeout = cmp.Or(g.Timeout, DefaultTimeout)
	if g.Now == nil {
		g.Now = time.Now
	}
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	return g, ctx, cancel
}

// A forest is the result of the two searches.
type forest struct {
	*connection           // closed
	base        string    // the base of the searches
	at          time.Time // of the searches
	servers     []*server
}

// A server is its object and the objects of its connectors.
type server struct {
	name       string
	entry      *ldap.Entry
	connectors []*ldap.Entry
}

func (f *forest) notFound(what string) string {
	return fmt.Sprintf("there is no %s below %s, or %s may not see it", what, f.base, f.account)
}

// fill copies the sections that were found into doc.
func (f *forest) fill(doc *gather.Document, found gather.Document) {
	found.GatheredAt = f.at.UTC().Format(gather.TimeFormat)
	if doc.Server != "" {
		found.Server = doc.Server
	}
	found.Sources = map[string]string{}
	for name := range found.Gathered() {
		found.Sources[name] = "ldap:" + f.host
	}
	doc.Overlay(&found)
}

// read searches for all servers, or for the one with that name.
func (g Gatherer) read(ctx context.Context, name string) (*forest, error) {
	c, err := g.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.close()
	f := &forest{connection: c, base: g.BaseDN, at: g.Now()}
	if f.base == "" {
		if f.base, err = c.exchangeContainer(); err != nil {
			return nil, err
		}
	}
	filter := "(objectClass=msExchExchangeServer)"
	if name != "" {
		value := ldap.EscapeFilter(name)
		filter = "(&" + filter + "(|(cn=" + value + ")(networkAddress=ncacn_ip_tcp:" + value + ")))"
	}
	page := uint32(g.Limits.Page)
	servers, err := c.search(f.base, filter, serverAttributes, page)
	if err != nil {
		return nil, err
	}
	below := f.base
	if name != "" {
		if len(servers) == 0 {
			return f, nil
		}
		below = servers[0].DN
	}
	connectors, err := c.search(below, "(objectClass=msExchSmtpReceiveConnector)", connectorAttributes, page)
	if err != nil {
		return nil, err
	}
	if f.servers, err = c.join(servers, connectors); c.ctx.Err() != nil {
		return nil, c.failed("joining connectors and servers", err)
	} else if err != nil {
		return nil, fmt.Errorf("directory %s: %w", c.address, err)
	}
	return f, nil
}

// maxLevels is how far above a connector its server is searched for. Exchange puts
// the server three levels above; the host chooses how long a DN is.
const maxLevels = 10

// join assigns each connector to the nearest server above it, and sorts the
// servers.
func (c *connection) join(servers, connectors []*ldap.Entry) ([]*server, error) {
	byName, byDN := map[string]*server{}, map[string]*server{}
	for _, e := range servers {
		if c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
		dn, err := parseDN(e.DN)
		if err != nil {
			return nil, err
		}
		s := &server{name: dn.name(), entry: e}
		name := strings.ToLower(s.name)
		if twin := byName[name]; twin != nil {
			return nil, fmt.Errorf("two servers are named %s: %s and %s; expected a base DN with only one of them below it", s.name, twin.entry.DN, e.DN)
		}
		byName[name], byDN[dn.key()] = s, s
	}
	for _, e := range connectors {
		if c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
		dn, err := parseDN(e.DN)
		if err != nil {
			return nil, err
		}
		var owner *server
		above := dn.key()
		for level := 0; owner == nil && level < maxLevels; level++ {
			_, above, _ = strings.Cut(above, "\n")
			owner = byDN[above]
		}
		if owner == nil {
			c.g.Report.Sentence("skipped the connector %s: it is not below any server that was found", e.DN)
			continue
		}
		owner.connectors = append(owner.connectors, e)
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b *server) int { return strings.Compare(a.name, b.name) }), nil
}

// A dn is a distinguished name that begins with the object's own RDN.
type dn []*ldap.RelativeDN

func parseDN(s string) (dn, error) {
	parsed, err := ldap.ParseDN(s)
	if err != nil {
		return nil, fmt.Errorf("%q is not a DN: %w", s, err)
	}
	if len(parsed.RDNs) == 0 {
		return nil, fmt.Errorf("%q does not name an object", s)
	}
	return parsed.RDNs, nil
}

// name returns the value of the object's own RDN, unescaped.
func (d dn) name() string { return d[0].Attributes[0].Value }

// key is the same for all spellings of a DN, with a line for each RDN.
func (d dn) key() string {
	var b strings.Builder
	for _, rdn := range d {
		for _, a := range rdn.Attributes {
			fmt.Fprintf(&b, "%q,", strings.ToLower(a.Type+"="+a.Value))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
