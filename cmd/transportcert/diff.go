package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/output"
)

func newDiff() *cobra.Command {
	flags := documentFlags{keepGoing: true}
	var name string
	command := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show what has changed since an earlier document",
		Long: `Compare the documents of OLD with those of NEW, server by server: which certificates and connectors were added
or removed, what about them changed, and how the decisions differ and why. OLD and NEW are each a document, a
folder of documents or NDJSON; one of them can be - for standard input. Servers are matched by their names.

The passing of time is a difference only where it changes the decision. Each document is evaluated at its own now;
--at evaluates both at the same time.

Exit codes: 0 no difference, 1 a difference, 2 an error. A server is not called added or removed where a
document of the other side could not be read.`,
		Example: `  transportcert diff ex01-last-week.json ex01.json
  transportcert diff documents-last-week/ documents/
  transportcert diff -o markdown documents-last-week/ documents/ > comment.md
  transportcert diff --at 2027-03-01T00:00:00Z ex01-last-week.json ex01.json`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if len(paths) != 2 {
				return usagef("expected two paths, OLD and NEW, found %d", len(paths))
			}
			if paths[0] == "-" && paths[1] == "-" {
				return usagef("expected standard input as OLD or as NEW, found both")
			}
			if err := checkFormat(name, output.DiffFormats); err != nil {
				return err
			}
			return flags.diff(command, paths[0], paths[1], name)
		},
	}
	command.Flags().SortFlags = false
	addOutputFlag(command, &name, "differences", output.DiffFormats)
	flags.addDecisionFlags(command)
	flags.from.addDocumentFlags(command)
	return command
}

// diff reads OLD into a store, and then compares each document of NEW with it.
func (d *documentFlags) diff(command *cobra.Command, before, after, format string) error {
	ctx := command.Context()
	evaluator, err := d.evaluator(command)
	if err != nil {
		return err
	}
	store, err := diff.NewStore()
	if err != nil {
		return err
	}
	defer store.Close()
	now := time.Now().UTC().Format(gather.TimeFormat) // one for both, where documents do not say
	decide := func(o *outcome) (err error) {
		if o.Now == "" {
			o.Now = now
		}
		o.found.Decision, err = evaluator.Evaluate(ctx, o.Document.Document)
		return err
	}
	to, err := output.NewDiff(format, command.OutOrStdout(), d.style(command))
	if err != nil {
		return err
	}
	older := &olderSide{store: store, to: to}
	failed := d.each(command, d.from.read(command, before), older, decide)
	if failed != nil && !errors.Is(failed, errReported) {
		return failed
	}
	newer := &newerSide{store: store, to: to, olderFailed: older.failed, seen: map[string]string{}, note: note(command.ErrOrStderr())}
	err = d.each(command, d.from.read(command, after), newer, func(o *outcome) error {
		if err := decide(o); err != nil {
			return err
		}
		old, err := store.Get(o.Server)
		if err != nil || old == nil {
			return err
		}
		o.diff, err = diff.Compare(ctx, *old, snapshotOf(*o), evaluator.Evaluate)
		return err
	})
	switch {
	case err != nil:
		return err
	case failed != nil:
		return failed
	case newer.counts.Changed+newer.counts.Added+newer.counts.Removed > 0:
		return errNo
	}
	return nil
}

func snapshotOf(o outcome) diff.Snapshot {
	return diff.Snapshot{Name: o.Name, Document: o.Document.Document, Decision: o.found.Decision}
}

// olderSide is the sink of OLD.
type olderSide struct {
	store  *diff.Store
	to     output.Diff
	failed bool
}

func (s *olderSide) write(o outcome) error { return s.store.Add(snapshotOf(o)) }

func (s *olderSide) fail(document string, why error) error {
	s.failed = true
	return s.to.Fail(document, why)
}

func (*olderSide) close() error { return nil }

// newerSide is the sink of NEW.
type newerSide struct {
	store       *diff.Store
	to          output.Diff
	counts      output.DiffCounts
	seen        map[string]string // the document of each server, in lower case
	olderFailed bool
	failed      bool
	note        gather.Report
}

// errNotCompared is why nothing is said about a server: it may be in a document
// that could not be read.
var errNotCompared = errors.New("not compared: a document of the other side could not be read")

func (s *newerSide) write(o outcome) error {
	key := strings.ToLower(o.Server)
	if first, twice := s.seen[key]; twice {
		return diff.TwiceError(o.Server, first, o.Name)
	}
	s.seen[key] = o.Name
	switch {
	case s.store.Match(o.Server):
		if o.diff == nil {
			s.counts.Same++
			return nil
		}
		s.counts.Changed++
		return s.add(o.diff)
	case s.olderFailed:
		return s.notCompared(o.Name)
	}
	s.counts.Added++
	return s.add(diff.Only(diff.Added, snapshotOf(o)))
}

func (s *newerSide) add(server *diff.Server) error {
	if err := s.to.Add(server); err != nil {
		return writeError{err}
	}
	return nil
}

func (s *newerSide) notCompared(document string) error {
	s.counts.NotCompared++
	s.note(document + ": " + errNotCompared.Error())
	if err := s.to.Fail(document, errNotCompared); err != nil {
		return writeError{err}
	}
	return nil
}

func (s *newerSide) fail(document string, why error) error {
	s.failed = true
	return s.to.Fail(document, why)
}

// close writes the servers that NEW does not have.
func (s *newerSide) close() error {
	for snapshot, err := range s.store.Unmatched() {
		if err == nil && s.failed {
			err = s.notCompared(snapshot.Name)
		} else if err == nil {
			s.counts.Removed++
			err = s.add(diff.Only(diff.Removed, *snapshot))
		}
		if broken := (writeError{}); errors.As(err, &broken) {
			return broken.error
		} else if err != nil {
			return fmt.Errorf("comparing: %w", err)
		}
	}
	return s.to.Close(s.counts)
}
