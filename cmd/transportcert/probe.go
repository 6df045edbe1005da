package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/chains"
	"github.com/transportcert/transportcert/internal/ordered"
	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/probe"
)

// probesAtOnce is how many servers are probed at once. Each has one connection
// at a time.
const probesAtOnce = 16

// probing is one run of probe.
type probing struct {
	documentFlags
	against   []string
	connector string
	output    string

	prober    probe.Prober
	documents []*gather.Document // without their DER
	evaluator *evaluate.Evaluator
	failed    bool // a document could not be read
}

func newProbe() *cobra.Command {
	var p probing
	command := &cobra.Command{
		Use:   "probe HOST[:PORT]... [--against PATH | SOURCE...]",
		Short: "Connect to a server and show which certificates it serves",
		Long: `Connect to each server (on port 25 unless PORT is given), see in its answer to EHLO whether it offers X-ANONYMOUSTLS
and STARTTLS, and start TLS with each, on a connection of its own. The output has the certificates, the protocol and
the cipher suite, and whether a client that verifies certificates would accept name, chain (--roots, --system-roots)
and dates. Only EHLO, STARTTLS, X-ANONYMOUSTLS and QUIT are sent: no mail, no credentials, no client certificate.

With --against PATH, a document, a folder of documents or NDJSON, or with a SOURCE, one of the flags that "gather"
lists, the answers are compared with the decision for the connector that listens there: the one of that name
(--connector), otherwise the one that is bound to the address. What differs is shown with the likely reasons. Of
several documents, the one about the server is taken.

The output (-o) is text for people, json or ndjson for programs, or metrics for the textfile collectors of
Prometheus' exporters (prometheus).

Exit codes: 0 the server answers, with --against as decided; 1 something differs, or a handshake fails; 2 no
answer to something, or another error, even if it is about one server of many.`,
		Example: `  transportcert probe ex01.corp.contoso.test
  transportcert probe --system-roots mail.contoso.test:587 [2001:db8::25]:25
  transportcert probe ex01.corp.contoso.test --against ex01.json
  transportcert probe ex01.corp.contoso.test:717 --against ex01.json --connector "Outbound Proxy Frontend EX01"
  transportcert probe ex01.corp.contoso.test ex02.corp.contoso.test --all-servers --exports TransportFacts-20261122T070000Z.zip
  transportcert probe -o prometheus ex01.corp.contoso.test --against documents/`,
		RunE: p.run,
	}
	p.addFlags(command)
	return command
}

func (p *probing) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&p.against, "against", nil, "compare with the decision for the document at this `PATH`; can be repeated")
	flags.StringVar(&p.connector, "connector", "", "compare with the decision for the connector of this `NAME`")
	addOutputFlag(command, &p.output, "what was answered", output.ProbeFormats)
	p.addColorFlag(command)
	p.from.addFlags(command)
	p.from.alone = []string{"roots", "system-roots", "timeout", "server"}
	timeout := flags.Lookup("timeout")
	timeout.Usage = "give each connection, and the directory, this much `TIME`"
	timeout.DefValue = probe.DefaultTimeout.String()
	p.from.ldap.timeout = probe.DefaultTimeout
	_ = command.MarkFlagFilename("against", "json", "ndjson")
}

func (p *probing) run(command *cobra.Command, args []string) error {
	targets, err := parseTargetsOf(args)
	if err != nil {
		return err
	}
	format, err := output.NewProbe(p.output, command.OutOrStdout(), p.style(command))
	if err != nil {
		return usageError{err}
	}
	if err := p.prepare(command); err != nil {
		return err
	}
	ctx := command.Context()
	different, unanswered, written := false, p.failed, 0
	for result := range ordered.Map(slices.Values(targets), probesAtOnce, func(t probe.Target) *probe.Result { return p.probe(ctx, t) }) {
		if ctx.Err() != nil {
			break
		}
		if err := format.Write(result); err != nil {
			return err
		}
		written++
		different = different || result.Different()
		if !result.Answered() {
			unanswered = true
			report(command.ErrOrStderr(), unansweredError(result))
		}
	}
	if err := format.Close(); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted; servers probed: %d", written)
	case unanswered:
		return errReported
	case different:
		return errNo
	}
	return nil
}

func parseTargetsOf(args []string) ([]probe.Target, error) {
	if len(args) == 0 {
		return nil, usagef("expected HOST[:PORT]")
	}
	var targets []probe.Target
	for _, arg := range args {
		target, err := probe.ParseTarget(arg)
		if err != nil {
			return nil, usageError{err}
		}
		if slices.Contains(targets, target) {
			return nil, usagef("expected each host once, found %s twice", target)
		}
		targets = append(targets, target)
	}
	return targets, nil
}

// prepare reads everything that is needed before the first connection.
func (p *probing) prepare(command *cobra.Command) error {
	compare := len(p.against) > 0 || len(p.from.order) > 0
	switch {
	case p.connector != "" && !compare:
		return usagef("--connector requires --against PATH or a source: %s", whereFrom)
	case p.from.server != "" && !compare:
		return usagef("--server requires --against PATH or a source: %s", whereFrom)
	case p.from.ldap.timeout <= 0:
		return usagef("--timeout: expected a time such as 30s or 5m, found %s", p.from.ldap.timeout)
	}
	if err := p.documentFlags.check(); err != nil {
		return err
	}
	if err := p.from.check(); err != nil {
		return err
	}
	roots, err := chains.ReadRoots(nil, p.from.roots...)
	if err != nil {
		return fmt.Errorf("--roots: %w", err)
	}
	p.prober = probe.Prober{Timeout: p.from.ldap.timeout, Clock: time.Now, Roots: roots, System: p.from.systemRoots}
	if !compare {
		return nil
	}
	if p.evaluator, err = p.documentFlags.evaluator(command); err != nil {
		return err
	}
	return p.readDocuments(command)
}

// readDocuments reads what to compare with. --server narrows what is gathered, or
// else what the documents are about.
func (p *probing) readDocuments(command *cobra.Command) error {
	all, err := p.from.documents(command, p.against)
	if err != nil {
		return err
	}
	for o := range read(all) {
		o = p.prepared(o, func(*outcome) error { return nil })
		if err := command.Context().Err(); err != nil {
			return errors.New("interrupted")
		}
		if o.err != nil {
			report(command.ErrOrStderr(), o.err)
			p.failed = true
			continue
		}
		document := o.Document.Document
		if p.from.server != "" && len(p.from.order) == 0 && !strings.EqualFold(document.Server, p.from.server) {
			continue
		}
		for i := range document.Certificates {
			document.Certificates[i].DER = nil
		}
		p.documents = append(p.documents, document)
	}
	switch {
	case len(p.documents) > 0:
		return nil
	case p.failed:
		return errReported
	case p.from.server != "":
		return fmt.Errorf("--server: no document is about %s", p.from.server)
	}
	return errors.New("there is no document to compare with")
}

// probe connects to a server, and compares what it answers.
func (p *probing) probe(ctx context.Context, target probe.Target) *probe.Result {
	result := p.prober.Probe(ctx, target)
	if p.evaluator == nil || result.Error != "" {
		return result
	}
	if err := p.compare(ctx, result); err != nil {
		result.NotCompared = err.Error()
	}
	return result
}

func (p *probing) compare(ctx context.Context, result *probe.Result) error {
	found, err := probe.Find(result, p.documents)
	if err != nil {
		return fmt.Errorf("%w; pass --server NAME", err)
	}
	document := *found
	document.Now = result.ProbedAt // the server decides now
	decision, err := p.evaluator.Evaluate(ctx, &document)
	if err != nil {
		return err
	}
	err = probe.Compare(result, probe.Expectation{Document: &document, Decision: decision}, p.connector)
	if errors.Is(err, probe.ErrConnector) {
		return fmt.Errorf("%w; pass --connector NAME", err)
	}
	return err
}

// unansweredError says what a server did not answer.
func unansweredError(r *probe.Result) error {
	if r.Error != "" {
		return fmt.Errorf("%s: %s", r.Target, r.Error)
	}
	var unknown []string
	for _, scenario := range probe.Scenarios {
		if h := r.Of(scenario); h.State == probe.Unknown {
			unknown = append(unknown, fmt.Sprintf("%s: %s", probe.Keyword(scenario), h.Error))
		}
	}
	if r.NotCompared != "" {
		unknown = append(unknown, "not compared: "+r.NotCompared)
	}
	return fmt.Errorf("%s: %s", r.Target, strings.Join(unknown, "; "))
}
