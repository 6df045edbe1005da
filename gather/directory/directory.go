// Package directory gathers what Active Directory knows of Exchange servers,
// over LDAP: their connectors, their directory thumbprint and their names.
//
// A whole forest is two paged searches below its Exchange container, one for
// the servers and one for the Receive connectors, however many there are; a
// connector belongs to the server whose DN its own ends in. One server is the
// same two searches, narrowed to it.
//
// Every bind but an anonymous one wants TLS, and TLS is always verified.
// Channel binding tokens are sent on Windows only: a domain controller that
// insists on them (LdapEnforceChannelBinding 2) refuses Kerberos from elsewhere.
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

// DefaultTimeout bounds the time where Gatherer.Timeout does not.
const DefaultTimeout = 2 * time.Minute

// Gatherer fills the connectors, the directory and the host section, the version
// of Exchange and the roles, for one
// server (Gather) or for each of the forest (All).
type Gatherer struct {
	URL      string        // ldaps://HOST[:PORT] or ldap://HOST[:PORT]
	StartTLS bool          // with ldap://: go over to TLS before anything else is said
	CAFile   string        // certificates in PEM that vouch for the host's; empty: the system's roots
	BaseDN   string        // where both searches begin; empty: the Exchange container of the forest
	Bind     Bind          // as whom; nil: Anonymous
	Server   string        // for Gather: NetBIOS name or FQDN
	Timeout  time.Duration // for everything, from connecting to the last page; 0: DefaultTimeout
	Limits   Limits        // of what the directory can send
	Report   gather.Report // what was left out or is not known; nil: discarded

	// Now is the clock of a document's gathered_at. nil: time.Now.
	Now func() time.Time

	// Progress is called after each page with the number of entries so far.
	// nil: discarded.
	Progress func(entries int)

	// observe sees an LDAPS connection before TLS hides what goes through it.
	observe func(net.Conn) net.Conn
}

var _ gather.Gatherer = Gatherer{}

// Gather fills the sections for g.Server and, where it is empty, doc.Server.
// Where the directory shows no such server, the directory section is not
// readable and the others are left alone; so is a section that it hides. An
// error names the host and the step, or the DN, the attribute and what was
// expected; then doc is as it was.
func (g Gatherer) Gather(ctx context.Context, doc *gather.Document) error {
	return printable.Error(g.one(ctx, doc))
}

func (g Gatherer) one(ctx context.Context, doc *gather.Document) error {
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
		g.report("%s: %s", g.Server, reason)
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

// All returns a document for each server of the forest, sorted by name. A
// section that the directory hides is nil, and so are the certificates, of
// which it knows nothing. The error is as Gather's; then there is no document.
func (g Gatherer) All(ctx context.Context) ([]*gather.Document, error) {
	docs, err := g.all(ctx)
	return docs, printable.Error(err)
}

func (g Gatherer) all(ctx context.Context) ([]*gather.Document, error) {
	g, ctx, cancel := g.bounded(ctx)
	defer cancel()
	f, err := g.read(ctx, "")
	if err != nil {
		return nil, err
	}
	if len(f.servers) == 0 {
		return nil, fmt.Errorf("directory %s: %s", f.address, f.notFound("msExchExchangeServer"))
	}
	var docs []*gather.Document
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

// bounded puts the limits in place of what is 0, and bounds the time.
func (g Gatherer) bounded(ctx context.Context) (Gatherer, context.Context, context.CancelFunc) {
	g.Limits = g.Limits.WithDefaults()
	g.Timeout = cmp.Or(g.Timeout, DefaultTimeout)
	if g.Now == nil {
		g.Now = time.Now
	}
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	return g, ctx, cancel
}

func (g Gatherer) report(format string, args ...any) {
	if g.Report != nil {
		g.Report(printable.Message(printable.Line(fmt.Sprintf(format, args...))))
	}
}

// A forest is what the two searches brought.
type forest struct {
	*connection           // that is closed
	base        string    // where the searches began
	at          time.Time // of the searches
	servers     []*server
}

// A server is its object and those of its connectors.
type server struct {
	name       string
	entry      *ldap.Entry
	connectors []*ldap.Entry
}

func (f *forest) notFound(what string) string {
	return fmt.Sprintf("there is no %s below %s, or %s may not see it", what, f.base, f.account)
}

// fill puts the sections that were found into doc, each whole.
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

// read asks for all servers, or for those of that name: none or one.
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

// join gives each connector to the server above it, and sorts the servers.
func (c *connection) join(servers, connectors []*ldap.Entry) ([]*server, error) {
	var root node
	byName := map[string]*server{}
	for _, e := range servers {
		if c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
		dn, err := parseDN(e.DN)
		if err != nil {
			return nil, err
		}
		s := &server{name: dn.name(), entry: e}
		key := strings.ToLower(s.name)
		if twin := byName[key]; twin != nil {
			return nil, fmt.Errorf("two servers are named %s: %s and %s; expected a base DN with one of them below it", s.name, twin.entry.DN, e.DN)
		}
		byName[key] = s
		root.put(dn, s)
	}
	for _, e := range connectors {
		if c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
		dn, err := parseDN(e.DN)
		if err != nil {
			return nil, err
		}
		owner := root.nearest(dn[1:])
		if owner == nil {
			c.g.report("skipped the connector %s: no server that was found is above it", e.DN)
			continue
		}
		owner.connectors = append(owner.connectors, e)
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b *server) int { return strings.Compare(a.name, b.name) }), nil
}

// A node is a part of the tree of DNs. A host chooses how long a DN is, and this
// takes no longer than reading it.
type node struct {
	server *server // nil: none has this DN
	below  map[string]*node
}

func (n *node) put(d dn, s *server) {
	for _, rdn := range slices.Backward(d) {
		next := n.below[key(rdn)]
		if next == nil {
			next = &node{}
			if n.below == nil {
				n.below = map[string]*node{}
			}
			n.below[key(rdn)] = next
		}
		n = next
	}
	n.server = s
}

// nearest returns the server of that DN, or of the nearest above it; nil: none.
func (n *node) nearest(d dn) (found *server) {
	for _, rdn := range slices.Backward(d) {
		if n = n.below[key(rdn)]; n == nil {
			break
		}
		if n.server != nil {
			found = n.server
		}
	}
	return found
}

// A dn is a distinguished name, the object's own part first.
type dn []*ldap.RelativeDN

func parseDN(s string) (dn, error) {
	parsed, err := ldap.ParseDN(s)
	if err != nil {
		return nil, fmt.Errorf("%q is not a DN: %w", s, err)
	}
	if len(parsed.RDNs) == 0 {
		return nil, fmt.Errorf("%q names no object", s)
	}
	return parsed.RDNs, nil
}

// name is the object's own, without a DN's escapes.
func (d dn) name() string { return d[0].Attributes[0].Value }

// key is one for all spellings: an object's DN need not be the same everywhere.
func key(rdn *ldap.RelativeDN) string {
	var b strings.Builder
	for _, a := range rdn.Attributes {
		b.WriteString(strings.ToLower(a.Type+"="+a.Value) + "\x00")
	}
	return b.String()
}
