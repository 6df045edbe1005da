package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

const organization = "CN=Contoso,CN=Microsoft Exchange,CN=Services," + naming

// groups are the administrative groups; the name of the second must be escaped
// in a DN.
var groups = []string{"Exchange Administrative Group (FYDIBOHF23SPDLT)", `First "Old" Group, A+B; <1> #2 = \x`}

// rdn escapes a name. Samba requires more escaping than RFC 4514.
func rdn(name string) string {
	return "CN=" + strings.ReplaceAll(ldap.EscapeDN(name), "=", `\=`)
}

func groupDN(server int) string {
	return rdn(groups[server*len(groups)/servers]) + ",CN=Administrative Groups," + organization
}

// ldif writes records; it keeps the first error.
type ldif struct {
	to  io.Writer
	err error
}

// record writes an entry to add. Empty values are omitted.
func (l *ldif) record(dn, class string, attributes ...string) {
	l.line("dn", dn)
	l.line("objectClass", class)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			l.line(attributes[i], attributes[i+1])
		}
	}
	l.print("\n")
}

func (l *ldif) line(name, value string) {
	plain := !strings.HasPrefix(value, " ") && !strings.HasSuffix(value, " ") &&
		!strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' })
	if plain && !strings.HasPrefix(value, ":") && !strings.HasPrefix(value, "<") {
		l.print(name + ": " + value + "\n")
		return
	}
	l.print(name + ":: " + base64.StdEncoding.EncodeToString([]byte(value)) + "\n")
}

func (l *ldif) print(s string) {
	if l.err == nil {
		_, l.err = fmt.Fprint(l.to, s)
	}
}

func (l *ldif) organization() {
	l.record("CN=Microsoft Exchange,CN=Services,"+naming, "container")
	l.record(organization, "container")
	l.record("CN=Administrative Groups,"+organization, "container")
	for i := range groups {
		group := groupDN(i * servers / len(groups))
		l.record(group, "container")
		l.record("CN=Servers,"+group, "container")
	}
}

// server writes a server's objects. Every second server spells its connectors'
// DNs differently, because a directory does not guarantee the spelling.
func (l *ldif) server(s *server, i int) {
	l.record(s.DN, "msExchExchangeServer",
		"networkAddress", "ncacn_vns_spp:"+s.Server,
		"networkAddress", "netbios:"+s.Server,
		"networkAddress", "ncacn_np:"+s.Server,
		"networkAddress", "ncacn_spx:"+s.Server,
		"networkAddress", "ncacn_ip_tcp:"+s.Host.DNSFQDN,
		"networkAddress", "ncalrpc:"+s.Server,
		"msExchServerInternalTLSCert", string(s.attribute),
		"msExchCurrentServerRoles", strconv.Itoa(s.roles),
		"versionNumber", strconv.Itoa(s.versionNumber),
		"serialNumber", s.serialNumber,
	)
	protocols := "CN=Protocols," + s.DN
	parent := "CN=SMTP Receive Connectors," + protocols
	l.record(protocols, "container")
	l.record(parent, "container")
	if i%2 == 1 {
		parent = strings.ToLower(parent)
	}
	for _, c := range s.Connectors {
		var flags, options, enabled string
		if f, set := s.flags[c.Name]; set {
			flags = strconv.Itoa(f)
		}
		if o, set := s.options[c.Name]; set {
			options = strconv.Itoa(o)
		}
		if c.Enabled != nil {
			enabled = strings.ToUpper(strconv.FormatBool(*c.Enabled))
		}
		attributes := []string{
			"msExchSMTPReceiveInboundSecurityFlag", flags,
			"msExchSmtpReceiveProtocolOptions", options,
			"msExchSmtpReceiveEnabled", enabled,
			"msExchSMTPReceiveConnectorFQDN", c.FQDN,
		}
		if c.TLSCertificateName != nil {
			attributes = append(attributes, s.nameAttribute[c.Name], *c.TLSCertificateName)
		}
		for _, b := range c.Bindings {
			attributes = append(attributes, "msExchSmtpReceiveBindings", b)
		}
		l.record(rdn(c.Name)+","+parent, "msExchSmtpReceiveConnector", attributes...)
	}
}
