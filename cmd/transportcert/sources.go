package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/directory"
	"github.com/transportcert/transportcert/gather/host"
	"github.com/transportcert/transportcert/internal/documents"
)

// A givenSource is a flag that names a source, and its value.
type givenSource struct{ flag, value string }

// sources are the flags that say where facts come from. They mean the same in
// every command.
type sources struct {
	order       []givenSource // as on the command line: the later one wins
	ldap        directoryFlags
	store       storeFlags
	flags       *pflag.FlagSet // that say more about all of them
	nlbReg      string
	facts       string
	server      string
	allServers  bool
	roots       []string
	systemRoots bool
	limits      limits
	procedure   string
	alone       []string // flags that the command takes without a source too
}

// whereFrom names the flags that are sources.
const whereFrom = "--exports, --ldap-url, --store, --host or --local"

func newFlagSet() *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SortFlags = false
	return flags
}

func (s *sources) addFlags(command *cobra.Command) {
	command.Flags().SortFlags = false // by what they are for
	group(command, ownFlags)
	flags := newFlagSet()
	add := func(name, usage string) {
		flags.Func(name, usage, func(value string) error {
			if value == "" {
				return errors.New("expected a value, found nothing")
			}
			s.order = append(s.order, givenSource{name, value})
			return nil
		})
	}
	add("exports", "gather from exports of the Exchange Management Shell in this `PATH`, a folder or a zip file; can be repeated")
	add("ldap-url", "gather from the directory at this `URL`, ldaps://HOST or ldap://HOST with --starttls")
	add("store", "gather from the certificate files at this `PATH`, a file or a folder; can be repeated")
	add("host", "take the names of the host: `FQDN[,NETBIOS]`")
	flags.BoolFunc("local", "take names and certificates of this computer, on Windows", func(value string) error {
		yes, err := strconv.ParseBool(value)
		if yes {
			s.order = append(s.order, givenSource{flag: "local"})
		}
		return err
	})
	command.Flags().AddFlagSet(flags)
	group(command, sourceFlags)

	s.ldap.addFlags(command)
	group(command, directoryGroup)
	s.store.addFlags(command)
	group(command, storeGroup)

	s.flags = newFlagSet()
	s.flags.StringVar(&s.nlbReg, "nlb-reg", "", "take the cluster names from this `FILE`, an export of the registry key WLBS")
	s.flags.StringVar(&s.facts, "facts", "", "take the sections of this `FILE`, a document or a part of one, instead of those gathered")
	s.flags.StringVar(&s.server, "server", "", "gather for the server of this `NAME`, if there are several")
	s.flags.BoolVar(&s.allServers, "all-servers", false, "gather for every server of the directory or the exports, with a folder for each in --store")
	s.flags.StringArrayVar(&s.roots, "roots", nil, "trust the root certificates of this PEM `FILE`; can be repeated")
	s.flags.BoolVar(&s.systemRoots, "system-roots", false, "trust this computer's root certificates")
	command.Flags().AddFlagSet(s.flags)
	group(command, sourceFlags)
	s.addDocumentFlags(command)
	_ = command.MarkFlagFilename("exports", "zip") // for completion
	_ = command.MarkFlagFilename("nlb-reg", "reg")
	_ = command.MarkFlagFilename("facts", "json")
	_ = command.MarkFlagFilename("roots", "pem", "crt", "cer")
}

// addDocumentFlags adds those that documents which are read have as well.
func (s *sources) addDocumentFlags(command *cobra.Command) {
	command.Flags().StringVar(&s.procedure, "procedure", "", "apply the procedure of Exchange `VERSION`: 2007, 2010, or 2016 for 2013 and later; without it, that of the document's exchange_version")
	group(command, decisionFlags)
	s.limits.addFlags(command.Flags())
	complete(command, "procedure", gather.Procedures)
}

// values returns what was given to a flag that names a source.
func (s *sources) values(flag string) []string {
	var values []string
	for _, given := range s.order {
		if given.flag == flag {
			values = append(values, given.value)
		}
	}
	return values
}

// has reports whether a flag that names a source was given.
func (s *sources) has(flag string) bool { return len(s.values(flag)) > 0 }

// changed returns the name of the first flag of a set that was given and that
// needs a source.
func (s *sources) changed(flags *pflag.FlagSet) (name string) {
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed && name == "" && !slices.Contains(s.alone, flag.Name) {
			name = flag.Name
		}
	})
	return name
}

// check finds out what is wrong with the flags before anything is read.
func (s *sources) check() error {
	if s.procedure != "" && !slices.Contains(gather.Procedures, s.procedure) {
		return usagef("--procedure: expected one of %s, found %q", strings.Join(gather.Procedures, ", "), s.procedure)
	}
	if len(s.order) == 0 {
		for _, flags := range []*pflag.FlagSet{s.flags, s.ldap.flags, s.store.flags} {
			if name := s.changed(flags); name != "" {
				return usagef("--%s requires a source: %s", name, whereFrom)
			}
		}
		return nil
	}
	if name := s.changed(s.ldap.flags); name != "" && !s.has("ldap-url") {
		return usagef("--%s requires --ldap-url URL", name)
	}
	if name := s.changed(s.store.flags); name != "" && !s.has("store") {
		return usagef("--%s requires --store PATH", name)
	}
	for _, flag := range []string{"ldap-url", "host"} {
		if len(s.values(flag)) > 1 {
			return usagef("expected --%s once, found it %d times", flag, len(s.values(flag)))
		}
	}
	if s.has("ldap-url") {
		if s.server == "" && !s.allServers && !s.has("exports") && !s.has("host") && !s.has("local") {
			return usagef("expected --server NAME or --all-servers with --ldap-url")
		}
		if err := s.ldap.check(runtime.GOOS == "windows"); err != nil {
			return err
		}
	}
	if err := s.store.check(); err != nil {
		return err
	}
	for _, names := range s.values("host") {
		if _, err := host.ParseNames(names); err != nil {
			return usageError{err}
		}
	}
	return s.checkAllServers()
}

func (s *sources) checkAllServers() error {
	switch {
	case !s.allServers:
		return nil
	case !s.has("ldap-url") && !s.has("exports"):
		return usagef("--all-servers requires --ldap-url URL or --exports PATH, which know the servers")
	case s.server != "":
		return usagef("expected either --server or --all-servers, found both")
	case s.has("host") || s.has("local") || s.nlbReg != "" || len(s.store.services) > 0:
		return usagef("--host, --local, --nlb-reg and --services are about one server: expected them without --all-servers")
	}
	return nil
}

// documents returns the documents that a command line asks for: those of the
// paths, of stdin, or those that are gathered.
func (s *sources) documents(command *cobra.Command, paths []string) (iter.Seq2[documents.Document, error], error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if len(s.order) > 0 && len(paths) > 0 {
		return nil, usagef("expected either PATH or flags that gather, found both: %s and one of %s", paths[0], whereFrom)
	}
	if len(s.order) > 0 {
		return s.gathered(command), nil
	}
	stdin := command.InOrStdin()
	if file, ok := stdin.(*os.File); ok && len(paths) == 0 && term.IsTerminal(int(file.Fd())) {
		return nil, usagef("expected PATH (a document, a folder of documents, NDJSON, or - for standard input) or %s", whereFrom)
	}
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	return s.read(command, paths...), nil
}

// read returns the documents of the paths.
func (s *sources) read(command *cobra.Command, paths ...string) iter.Seq2[documents.Document, error] {
	var stdin io.Reader
	if slices.Contains(paths, "-") { // which only one of two sides may read
		stdin = untilDone(command.Context(), command.InOrStdin())
	}
	return documents.Read(paths, stdin, s.limits.documents, note(command.ErrOrStderr()))
}

// onThisComputer are the sources of gather without any on an Exchange server:
// the directory of its domain, and then itself, since it knows its own names
// best.
func (s *sources) onThisComputer() error {
	controller, err := directory.DomainController()
	if err != nil {
		return fmt.Errorf("%w; pass --ldap-url ldaps://HOST with --local, or --exports PATH", err)
	}
	s.order = []givenSource{{"ldap-url", "ldaps://" + controller}, {flag: "local"}}
	return nil
}

// untilDone reads until the context is done: a signal must end a command that
// waits for its input.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	reader, writer := io.Pipe()
	context.AfterFunc(ctx, func() { reader.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(writer, r)
		writer.CloseWithError(err)
	}()
	return reader
}
