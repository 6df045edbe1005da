package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/internal/documents"
)

// sources are the flags that say where facts come from. They mean the same in
// every command.
type sources struct {
	exports     string
	facts       string
	server      string
	roots       []string
	systemRoots bool
}

// sourceFlags are the flags that go with --exports.
var sourceFlags = []string{"facts", "server", "roots", "system-roots"}

func (s *sources) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&s.exports, "exports", "", "gather from the `FOLDER` of exports of the Exchange Management Shell")
	flags.StringVar(&s.facts, "facts", "", "take the sections of this `FILE`, a document that can be partial, in place of those gathered")
	flags.StringVar(&s.server, "server", "", "gather for the server of this `NAME`, where there are several")
	flags.StringArrayVar(&s.roots, "roots", nil, "trust the root certificates of this PEM `FILE`; can be repeated")
	flags.BoolVar(&s.systemRoots, "system-roots", false, "trust this machine's root certificates")
	_ = command.MarkFlagDirname("exports") // for completion
	_ = command.MarkFlagFilename("facts", "json")
	_ = command.MarkFlagFilename("roots", "pem", "crt", "cer")
}

// gather makes the document from the sources. What was left out goes to stderr.
func (s *sources) gather(ctx context.Context, stderr io.Writer) (*gather.Document, error) {
	document := &gather.Document{SchemaVersion: gather.Version}
	if err := (exports.Gatherer{Dir: s.exports, Server: s.server, Report: note(stderr)}).Gather(ctx, document); err != nil {
		return nil, err
	}
	if s.facts != "" {
		if err := (gather.Facts{Path: s.facts}).Gather(ctx, document); err != nil {
			return nil, fmt.Errorf("--facts: %w", err)
		}
	}
	if missing := document.Missing(); len(missing) > 0 {
		return nil, missingError(missing)
	}
	if len(s.roots) > 0 || s.systemRoots {
		if err := s.trust(ctx, document, note(stderr)); err != nil {
			return nil, err
		}
	}
	if unknown := document.UnknownTrust(); unknown != "" {
		note(stderr)(unknown)
	}
	return document, nil
}

// trust builds the chains of the document's certificates.
func (s *sources) trust(ctx context.Context, document *gather.Document, report gather.Report) error {
	chains := gather.Chains{System: s.systemRoots, Report: report}
	for _, path := range s.roots {
		roots, err := gather.ReadRoots(path)
		if err != nil {
			return fmt.Errorf("--roots: %w", err)
		}
		chains.Roots = append(chains.Roots, roots...)
	}
	return chains.Gather(ctx, document)
}

// howToSupply says where a section comes from.
var howToSupply = map[string]string{
	"server":       `--server NAME, or "server" in the --facts FILE`,
	"connectors":   `Get-ReceiveConnector -Server $env:COMPUTERNAME | Export-Clixml connectors.xml`,
	"directory":    `Get-TransportService $env:COMPUTERNAME | Export-Clixml transport.xml`,
	"host":         `Get-ExchangeServer $env:COMPUTERNAME | Export-Clixml server.xml`,
	"certificates": `Get-ExchangeCertificate -Server $env:COMPUTERNAME | Export-Clixml certificates.xml`,
}

func missingError(missing []string) error {
	var lines strings.Builder
	lines.WriteString("nobody supplied these sections of the document:")
	for _, section := range missing {
		fmt.Fprintf(&lines, "\n  %-12s  %s", section, howToSupply[section])
	}
	lines.WriteString("\nThe commands are for the Exchange Management Shell of the server; their files go into the folder of --exports." +
		"\nOr type the sections into a file for --facts FILE.")
	return fmt.Errorf("%s", lines.String())
}

// documents returns the documents that a command line asks for: those of the
// paths, of stdin, or the one that is gathered.
func (s *sources) documents(command *cobra.Command, paths []string) (iter.Seq2[documents.Document, error], error) {
	switch {
	case s.exports != "" && len(paths) > 0:
		return nil, usagef("expected either PATH or --exports, found both: %s and %s", paths[0], s.exports)
	case s.exports != "":
		return func(yield func(documents.Document, error) bool) {
			document, err := s.gather(command.Context(), command.ErrOrStderr())
			yield(documents.Document{Name: s.exports, Document: document}, err)
		}, nil
	}
	for _, flag := range sourceFlags {
		if command.Flags().Changed(flag) {
			return nil, usagef("--%s is of use only with --exports FOLDER", flag)
		}
	}
	stdin := command.InOrStdin()
	if file, ok := stdin.(*os.File); ok && len(paths) == 0 && term.IsTerminal(int(file.Fd())) {
		return nil, usagef("expected PATH (a document, a folder of documents, NDJSON, or - for standard input) or --exports FOLDER")
	}
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	return documents.Read(paths, untilDone(command.Context(), stdin), note(command.ErrOrStderr())), nil
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
