//go:build linux

// Command peers runs transportcert and other programs that evaluate Rego on the
// same documents and policies. For each, it prints Markdown tables with the
// documents per second, the peak memory, and the time relative to
// transportcert.
//
// It builds the programs itself: OPA in the version in go.mod, conftest in the
// version below. Run it on an otherwise idle machine:
//
//	go run ./internal/benchmark/peers
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/transportcert/transportcert/evaluate"
)

// The goals, as ratios and bytes.
const (
	execGoal     = 5   // opa exec over evaluate
	conftestGoal = 8   // conftest over evaluate
	startGoal    = 3   // opa eval over evaluate, one document
	checkGoal    = 2   // check over evaluate
	growthGoal   = 11  // ten times the certificates over as many
	largeGoal    = 400 // MB for ten thousand certificates
	memoryGoal   = 200 // MB for a stream
)

func main() {
	log.SetFlags(0)
	count := flag.Int("documents", 20_000, "number of documents for each program")
	stream := flag.Int("stream", 200_000, "number of documents in the stream")
	rounds := flag.Int("rounds", 2, "number of runs of each program; the best time counts")
	flag.Parse()
	folder, err := os.MkdirTemp("", "transportcert-peers-")
	if err != nil {
		log.Fatal(err)
	}
	b := bench{folder: folder, count: *count, stream: *stream, rounds: *rounds}
	err = b.run(context.Background())
	os.RemoveAll(folder)
	if err != nil {
		log.Fatal(err)
	}
}

// A bench is the state that the runs share.
type bench struct {
	folder                string
	count, stream, rounds int
	evaluated             *row     // the run of evaluate that the others are compared with
	decided               []string // files that must contain the same decisions
}

func (b *bench) path(name string) string { return filepath.Join(b.folder, name) }

func (b *bench) run(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "building the programs and the documents")
	for _, step := range []func(context.Context) error{b.build, b.documents, b.policies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("%s, %d cores, %s, %s, OPA %s, conftest %s, the best of %d runs.\n\n", cpu(), runtime.NumCPU(),
		runtime.GOOS+"/"+runtime.GOARCH, time.Now().UTC().Format(time.DateOnly), version(b.path("opa")), conftestVersion, b.rounds)
	for _, table := range []func(context.Context) error{b.decisions, b.findings, b.forecasts, b.one, b.growth, b.memory} {
		if err := table(ctx); err != nil {
			return err
		}
	}
	return same(b.decided...) // last, because it needs memory
}

// decisions measures how each program evaluates the same documents.
func (b *bench) decisions(ctx context.Context) error {
	ours, opa, folder := b.path("transportcert"), b.path("opa"), b.path("documents")
	rule := evaluate.Server.Root() + "/decision"
	t := b.table(fmt.Sprintf("%d documents of %d certificates", b.count, certificates))
	lines := t.add("transportcert evaluate, a stream", command(ctx, ours, "evaluate", "-o", "ndjson", b.path("documents.ndjson")))
	files := t.add("transportcert evaluate, a folder", command(ctx, ours, "evaluate", "-o", "ndjson", folder))
	executed := t.add("opa exec", command(ctx, opa, "exec", "--decision", rule, "--bundle", b.path("bundle"), folder))
	served := t.add("opa run --server, REST", b.server(ctx, rule).run)
	tested := t.add("conftest test, a rule that asks for the decision",
		command(ctx, b.path("conftest"), "test", "--no-fail", "--output", "json", "--policy", b.path("asks"), folder))
	if err := t.run(b.rounds); err != nil {
		return err
	}
	t.print(lines)
	goal("opa exec over evaluate, both with the folder", ratio(executed, files), atLeast, execGoal)
	fmt.Printf("- conftest over evaluate, both for the decision alone: %.1f.\n\n", ratio(tested, files))
	b.evaluated = files
	b.decided = []string{lines.output, executed.output, served.output, tested.output}
	return nil
}

// findings measures the programs that can check documents.
func (b *bench) findings(ctx context.Context) error {
	t := b.table(fmt.Sprintf("%d documents of %d certificates", b.count, certificates))
	checked := t.add("transportcert check, a folder", command(ctx, b.path("transportcert"), "check", "--fail-on", "none", "-o", "json", b.path("documents")))
	tested := t.add("conftest test, the bundle", command(ctx, b.path("conftest"), "test", "--no-fail", "--output", "json", "--policy", b.path("bundle"), b.path("documents")))
	if err := t.run(1); err != nil {
		return err
	}
	t.print(checked)
	goal("conftest with the bundle over evaluate", ratio(tested, b.evaluated), atLeast, conftestGoal)
	fmt.Printf("- conftest over check, which report the same findings: %.1f.\n\n", ratio(tested, checked))
	goal("check over evaluate", ratio(checked, b.evaluated), atMost, checkGoal)
	return nil
}

// forecasts measures forecasts, for a tenth of the documents.
func (b *bench) forecasts(ctx context.Context) error {
	count := max(b.count/10, 1)
	folder := b.path("forecasts")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	for i := range count {
		name := fmt.Sprintf("EX%05d.json", i)
		if err := os.Link(filepath.Join(b.path("documents"), name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	t := b.table(fmt.Sprintf("%d documents of %d certificates", count, certificates))
	t.count = count
	ours := t.add("transportcert forecast", command(ctx, b.path("transportcert"), "forecast", "-o", "ndjson", folder))
	t.add("opa exec, the timeline", command(ctx, b.path("opa"), "exec", "--decision", "transportcert/forecast/timeline", "--bundle", b.path("bundle"), folder))
	if err := t.run(1); err != nil {
		return err
	}
	t.print(ours)
	return nil
}

// one measures a whole process that evaluates one document.
func (b *bench) one(ctx context.Context) error {
	document := filepath.Join(b.path("documents"), "EX00000.json")
	t := b.table("1 document, the whole process")
	t.count = 1
	ours := t.add("transportcert evaluate", command(ctx, b.path("transportcert"), "evaluate", "-o", "json", document))
	theirs := t.add("opa eval", command(ctx, b.path("opa"), "eval", "--bundle", b.path("bundle"), "--input", document, evaluate.Server.Rule()))
	if err := t.run(20); err != nil {
		return err
	}
	t.print(ours)
	goal("opa eval over evaluate", ratio(theirs, ours), atLeast, startGoal)
	return nil
}

// growth compares documents of 1,000 certificates with documents of 10,000,
// with the same total number of certificates.
func (b *bench) growth(ctx context.Context) error {
	const all = 200_000
	t := b.table("large documents")
	var rows []*row
	for _, size := range []int{1_000, 10_000} {
		path := b.path(fmt.Sprintf("%d.ndjson", size))
		if err := writeFile(path, func(w *writer) error { return w.documents(all/size, size) }); err != nil {
			return err
		}
		row := t.add(fmt.Sprintf("transportcert evaluate, %d certificates", size), command(ctx, b.path("transportcert"), "evaluate", "-o", "ndjson", path))
		row.count = all / size
		rows = append(rows, row)
	}
	if err := t.run(b.rounds); err != nil {
		return err
	}
	t.print(rows[0])
	goal("10,000 certificates over 1,000", ratio(rows[1], rows[0]), atMost, growthGoal)
	goal("10,000 certificates, peak memory in MB", float64(rows[1].memory)/1e6, atMost, largeGoal)
	return nil
}

// memory measures evaluate with a stream from a pipe.
func (b *bench) memory(ctx context.Context) error {
	t := b.table("a stream of documents")
	t.count = b.stream
	row := t.add(fmt.Sprintf("transportcert evaluate, %d documents", b.stream),
		fed(ctx, func(w *writer) error { return w.documents(b.stream, certificates) }, b.path("transportcert"), "evaluate", "-o", "ndjson", "-"))
	if err := t.run(1); err != nil {
		return err
	}
	t.print(row)
	goal("peak memory in MB", float64(row.memory)/1e6, atMost, memoryGoal)
	return nil
}

// ratio returns the time per document of one, relative to that of the other.
func ratio(one, other *row) float64 { return one.perDocument() / other.perDocument() }

// goal prints whether a number is as large, or as small, as required.
func goal(what string, is float64, bound string, of float64) {
	verdict := "missed"
	if bound == atLeast && is >= of || bound == atMost && is <= of {
		verdict = "met"
	}
	fmt.Printf("- %s: %.1f. Goal, %s %.0f: %s.\n\n", what, is, bound, of, verdict)
}

const (
	atLeast = "at least"
	atMost  = "at most"
)
