package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/chains"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/gather/host"
)

// A gathering is one run of the sources.
type gathering struct {
	*sources
	command *cobra.Command
	ctx     context.Context
	note    gather.Report
	facts   *gather.Document // of --facts; nil: none
	chains  chains.Gatherer
	pfx     []byte // the password of PKCS#12 files, where nobody has to be asked
}

// begin reads what does not depend on the server, so that a mistake there
// shows before anything else is done. The caller ends the gathering.
func (s *sources) begin(command *cobra.Command) (*gathering, error) {
	r := &gathering{sources: s, command: command, ctx: command.Context()}
	said := map[string]bool{} // what is so of every server is said once
	r.note = func(sentence string) {
		if !said[sentence] {
			said[sentence] = true
			note(command.ErrOrStderr())(sentence)
		}
	}
	r.chains = chains.Gatherer{System: s.systemRoots, Report: r.note}
	for _, path := range s.roots {
		roots, err := chains.ReadRoots(path)
		if err != nil {
			return nil, fmt.Errorf("--roots: %w", err)
		}
		r.chains.Roots = append(r.chains.Roots, roots...)
	}
	if s.facts != "" {
		r.facts = &gather.Document{}
		if err := (gather.Facts{Path: s.facts}).Gather(r.ctx, r.facts); err != nil {
			return nil, fmt.Errorf("--facts: %w", err)
		}
		if err := r.checkFacts(); err != nil {
			return nil, fmt.Errorf("--facts: %s: %w", s.facts, err)
		}
	}
	if s.store.password.given() {
		var err error
		if r.pfx, err = s.store.password.read(command, ""); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// end forgets the password.
func (r *gathering) end() { clear(r.pfx) }

// checkFacts refuses facts that would hide what another flag says, or that
// are of one server and not of all.
func (r *gathering) checkFacts() error {
	if r.nlbReg != "" && r.facts.Host != nil {
		return errors.New("expected no host section beside --nlb-reg, which it would hide: put the names into its nlb_cluster_names")
	}
	if f := r.facts; r.allServers && (f.Server != "" || f.ExchangeVersion != "" || f.Roles != nil ||
		f.Connectors != nil || f.Directory != nil || f.Host != nil || f.Certificates != nil) {
		return errors.New("expected only facts about the organization, now, phase and procedure with --all-servers: everything else is of one server")
	}
	return nil
}

// one gathers for one server.
func (r *gathering) one() (*gather.Document, error) {
	named, err := r.named()
	if err != nil {
		return nil, err
	}
	doc := &gather.Document{SchemaVersion: gather.Version}
	for _, source := range r.order {
		host := doc.Host
		if err := source.gatherer(r, cmp.Or(r.server, doc.Server, named)).Gather(r.ctx, doc); err != nil {
			return nil, err
		}
		if host != nil && doc.Host != host && len(host.NLBClusterNames) > 0 {
			r.note(fmt.Sprintf("left out the cluster names %s: a later source, %s, has the host section", strings.Join(host.NLBClusterNames, ", "), doc.Sources["host"]))
		}
	}
	if err := r.finish(doc); err != nil {
		return nil, err
	}
	for _, unknown := range []string{r.unknownTrust(doc), unknownServices(doc)} {
		if unknown != "" {
			r.note(unknown)
		}
	}
	return doc, nil
}

// unknownTrust says of how many certificates the trust is unknown, and what
// tells; it is empty if of none.
func (r *gathering) unknownTrust(doc *gather.Document) string {
	n := doc.UnknownTrust()
	if n == 0 {
		return ""
	}
	text := fmt.Sprintf("the trust of %d of %d certificates is unknown", n, len(doc.Certificates))
	if len(r.roots) == 0 && !r.systemRoots {
		text += ": pass --roots FILE or --system-roots"
	}
	return text
}

// named finds the server that a directory is to be asked for, where --server
// does not say and an export can: whichever of them comes first.
func (r *gathering) named() (string, error) {
	if r.server != "" || count[directorySource](r.sources) == 0 {
		return "", nil
	}
	var names string
	for _, source := range r.order {
		switch source := source.(type) {
		case exportsSource:
			export := gather.Document{}
			if err := (exports.Gatherer{Dir: string(source), Except: r.sources.facts, Limits: r.limits.exports}).Gather(r.ctx, &export); err != nil || export.Server != "" {
				return export.Server, err
			}
		case localSource:
			return computerName(r.ctx)
		case hostSource:
			parsed, err := host.ParseNames(string(source))
			if err != nil {
				return "", err
			}
			names = parsed.HostName
		}
	}
	if names == "" {
		return "", errors.New("which server is to be gathered? Pass --server NAME")
	}
	return names, nil
}

// finish does to a document of the sources what does not depend on them.
func (r *gathering) finish(doc *gather.Document) error {
	if r.nlbReg != "" {
		if err := (host.RegFile{Path: r.nlbReg, Report: r.note}).Gather(r.ctx, doc); err != nil {
			return err
		}
	}
	if r.facts != nil {
		if r.facts.Server != "" && doc.Server != "" && !sameServer(r.facts.Server, doc.Server) {
			return fmt.Errorf("--facts: %s is of the server %s, and the other sources are of %s", r.sources.facts, r.facts.Server, doc.Server)
		}
		doc.Overlay(r.facts)
	}
	if doc.Server == "" {
		doc.Server = r.fallbackName(doc)
	}
	if missing := doc.Missing(); len(missing) > 0 {
		return missingError{missing, count[directorySource](r.sources) > 0}
	}
	if err := r.limits.documents.Check(doc); err != nil {
		return err
	}
	if len(r.chains.Roots) > 0 || r.chains.System {
		return r.chains.Gather(r.ctx, doc)
	}
	return r.ctx.Err()
}

// fallbackName is for sources that do not know which server they are of.
func (r *gathering) fallbackName(doc *gather.Document) string {
	name, _, _ := strings.Cut(r.server, ".")
	if name == "" && count[hostSource](r.sources) > 0 && doc.Host != nil {
		name = doc.Host.DNSHostName
	}
	return name
}

// sameServer compares NetBIOS names, which a longer host name begins with.
func sameServer(a, b string) bool {
	netBIOS := func(name string) string {
		name, _, _ = strings.Cut(name, ".")
		return name[:min(len(name), 15)]
	}
	return strings.EqualFold(netBIOS(a), netBIOS(b))
}

// unknownServices says in a sentence that certificate files tell no services.
// It is empty where something told some.
func unknownServices(doc *gather.Document) string {
	known := func(c gather.Certificate) bool { return c.Services != nil }
	if !strings.HasPrefix(doc.Sources["certificates"], "store:") || slices.ContainsFunc(doc.Certificates, known) {
		return ""
	}
	return fmt.Sprintf("no services are known of any of the %d certificates: --services THUMBPRINT=SMTP,IIS or a services.json beside the files tells", len(doc.Certificates))
}

// A hostSource is the names of --host.
type hostSource string

func (h hostSource) gatherer(*gathering, string) gather.Gatherer { return hostNames(h) }

// hostNames are names that need not be those of the server: it is not named
// after them while another source may still come.
type hostNames string

func (h hostNames) Gather(ctx context.Context, doc *gather.Document) error {
	names, err := host.ParseNames(string(h))
	if err != nil {
		return err
	}
	server := doc.Server
	err = names.Gather(ctx, doc)
	doc.Server = server
	return err
}

// A localSource is --local: names and certificates of this computer.
type localSource struct{}

func (localSource) gatherer(r *gathering, server string) gather.Gatherer {
	return local{server, r.note}
}

type local struct {
	server string // empty: whichever this is
	note   gather.Report
}

func (l local) Gather(ctx context.Context, doc *gather.Document) error {
	name, err := computerName(ctx)
	if err != nil {
		return fmt.Errorf("--local: %w", err)
	}
	if l.server != "" && !sameServer(l.server, name) {
		return fmt.Errorf("--local: this computer is %s, and the server is %s", name, l.server)
	}
	if err := (host.Local{Report: l.note}).Gather(ctx, doc); err != nil {
		return err
	}
	return certstore.LocalMachine{Now: time.Now(), Report: l.note}.Gather(ctx, doc)
}

// computerName returns the NetBIOS name of this computer.
func computerName(ctx context.Context) (string, error) {
	doc := gather.Document{}
	err := host.Local{}.Gather(ctx, &doc)
	return doc.Server, err
}

// A missingError is a document without some of its sections.
type missingError struct {
	sections []string
	asked    bool // a directory, which did not have them
}

// askDirectory is the way to some sections that a directory was not asked for.
const askDirectory = "--ldap-url URL, or "

// howToSupply says where a section comes from.
var howToSupply = map[string]string{
	"server":       `--server NAME, or "server" in the --facts FILE`,
	"connectors":   askDirectory + `Get-ReceiveConnector -Server $env:COMPUTERNAME | Export-Clixml connectors.xml`,
	"directory":    askDirectory + `Get-TransportService $env:COMPUTERNAME | Export-Clixml transport.xml`,
	"host":         `--host FQDN,NETBIOS, or Get-ExchangeServer $env:COMPUTERNAME | Export-Clixml server.xml`,
	"certificates": `--store PATH, or Get-ExchangeCertificate -Server $env:COMPUTERNAME | Export-Clixml certificates.xml`,
}

func (m missingError) Error() string {
	var lines strings.Builder
	lines.WriteString("nobody supplied these sections of the document")
	if m.asked {
		lines.WriteString("; what the directory lacks is in the notes above")
	}
	lines.WriteByte(':')
	for _, section := range m.sections {
		how := howToSupply[section]
		if m.asked {
			how = strings.TrimPrefix(how, askDirectory)
		}
		fmt.Fprintf(&lines, "\n  %-12s  %s", section, how)
	}
	lines.WriteString("\nThe commands are for the Exchange Management Shell of the server; their files go into a folder for --exports." +
		"\nOr type the sections into a file for --facts FILE.")
	return lines.String()
}
