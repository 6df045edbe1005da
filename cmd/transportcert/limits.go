package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/directory"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/internal/documents"
)

// limits are those that --limit changes. They mean the same in every command.
type limits struct {
	documents documents.Limits
	exports   exports.Limits
	store     certstore.Limits
	directory directory.Limits
	deadline  time.Duration
}

func newLimits() limits {
	return limits{
		documents.Limits{}.WithDefaults(), exports.Limits{}.WithDefaults(),
		certstore.Limits{}.WithDefaults(), directory.Limits{}.WithDefaults(),
		evaluate.DefaultDeadline,
	}
}

// A limit is one of them, by its name.
type limit struct {
	name, of string
	value    interface {
		Set(text string) error // nothing but more than 0
		String() string
	}
}

func (l *limits) all() []limit {
	return []limit{
		{"document-size", "a document, and so a line of NDJSON", (*sizeLimit)(&l.documents.Size)},
		{"document-files", "files in a folder of documents", (*numberLimit)(&l.documents.Files)},
		{"certificates", "certificates of a document, and of all paths of --store", (*numberLimit)(&l.documents.Certificates)},
		{"xml-files", "files and folders of --exports", (*numberLimit)(&l.exports.Files)},
		{"xml-size", "a zip file of --exports, and all its CLIXML files together", (*sizeLimit)(&l.exports.Bytes)},
		{"xml-elements", "XML elements of all these files together", (*numberLimit)(&l.exports.Elements)},
		{"xml-depth", "XML elements inside one another", (*numberLimit)(&l.exports.Depth)},
		{"nrbf-records", "records of one .NET stream in them", (*numberLimit)(&l.exports.Records)},
		{"store-files", "files below one path of --store", (*numberLimit)(&l.store.Files)},
		{"ldap-page", "entries that a page asks the directory for", (*numberLimit)(&l.directory.Page)},
		{"ldap-entries", "entries that a search in the directory brings", (*numberLimit)(&l.directory.Entries)},
		{"ldap-size", "all that the directory sends", (*sizeLimit)(&l.directory.Bytes)},
		{"deadline", "the time to evaluate one document", (*timeLimit)(&l.deadline)},
	}
}

func (l *limits) addFlags(flags *pflag.FlagSet) {
	*l = newLimits()
	flags.Func("limit", "change a limit, `NAME=VALUE`; \"transportcert help limits\" lists them; can be repeated", l.set)
}

// set takes NAME=VALUE.
func (l *limits) set(text string) error {
	name, value, _ := strings.Cut(text, "=")
	var names []string
	for _, limit := range l.all() {
		if limit.name == name {
			if err := limit.value.Set(value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			l.store.Certificates = l.documents.Certificates
			return nil
		}
		names = append(names, limit.name)
	}
	return fmt.Errorf("expected NAME=VALUE, where NAME is one of %s", strings.Join(names, ", "))
}

// newLimitsTopic is a page of help.
func newLimitsTopic() *cobra.Command {
	var text strings.Builder
	l := newLimits()
	for _, limit := range l.all() {
		fmt.Fprintf(&text, "  %-14s  %-8s  %s\n", limit.name, limit.value, limit.of)
	}
	return &cobra.Command{
		Use:   "limits",
		Short: "The limits that --limit can change",
		Long: `Everything that is read is bounded, so that no input takes more memory or time than it should. These limits are far
above what an organization has. --limit NAME=VALUE changes one of them:

` + text.String() + `
Sizes are like 64MiB, times like 30s, and everything else is a number. docs/limits.md lists everything else that is bounded.`,
	}
}

type numberLimit int

func (n *numberLimit) String() string { return strconv.Itoa(int(*n)) }

func (n *numberLimit) Set(text string) error {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return fmt.Errorf("expected a number, 1 or more, found %q", text)
	}
	*n = numberLimit(number)
	return nil
}

type sizeLimit int

func (s *sizeLimit) String() string {
	return strings.NewReplacer(" ", "", ".0", "").Replace(humanize.IBytes(uint64(*s)))
}

func (s *sizeLimit) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n < 1 || n > math.MaxInt {
		return fmt.Errorf("expected a size such as 64MiB, found %q", text)
	}
	*s = sizeLimit(n)
	return nil
}

type timeLimit time.Duration

func (t *timeLimit) String() string { return time.Duration(*t).String() }

func (t *timeLimit) Set(text string) error {
	duration, err := time.ParseDuration(text)
	if err != nil || duration <= 0 {
		return fmt.Errorf("expected a time such as 30s, found %q", text)
	}
	*t = timeLimit(duration)
	return nil
}
