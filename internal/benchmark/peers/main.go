//go:build linux

// Command peers runs transportcert and other programs that evaluate Rego side
// by side, on the same documents and the same policies, and prints what each
// did as a table in Markdown: documents per second, peak memory, and how many
// times as long it took as transportcert.
//
// It builds the programs itself: OPA in the version of go.mod, conftest in the
// version below. Run it on a machine that does nothing else:
//
//	go run ./internal/benchmark/peers
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/internal/benchmark"
	"github.com/transportcert/transportcert/policies"
)

const conftestVersion = "v0.71.1"

// certificates is how many a document has: an Exchange server's usual store.
const certificates = 6

func main() {
	log.SetFlags(0)
	count := flag.Int("documents", 20000, "how many documents")
	flag.Parse()
	folder, err := os.MkdirTemp("", "transportcert-peers-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	b := bench{folder: folder, count: *count}
	if err := b.run(context.Background()); err != nil {
		os.RemoveAll(folder)
		log.Fatal(err)
	}
}

// A bench holds what the runs share.
type bench struct {
	folder string
	count  int
}

func (b *bench) path(name string) string { return filepath.Join(b.folder, name) }

func (b *bench) run(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "building the programs and the documents")
	for _, step := range []func(context.Context) error{b.build, b.documents, b.policies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	ours, conftest := b.path("transportcert"), b.path("conftest")
	documents, whole := b.path("documents"), b.path("documents.ndjson")
	opa := b.path("opa")
	bundle := b.path("bundle")

	fmt.Printf("%s, %d cores, %s, %s, OPA %s, conftest %s. %d documents of %d certificates.\n\n", cpu(), runtime.NumCPU(),
		runtime.GOOS+"/"+runtime.GOARCH, time.Now().UTC().Format(time.DateOnly), version(opa), conftestVersion, b.count, certificates)

	many := table{head: "many documents", base: -1}
	decided, err := many.measure(b.count, command(ctx, ours, "evaluate", "-o", "ndjson", whole))
	if err != nil {
		return err
	}
	many.base = 0
	if _, err := many.measure(b.count, command(ctx, ours, "evaluate", "-o", "ndjson", documents)); err != nil {
		return err
	}
	executed, err := many.measure(b.count, command(ctx, opa, "exec", "--decision", "transportcert/inbound_anonymous/decision", "--bundle", bundle, documents))
	if err != nil {
		return err
	}
	if err := same(decided, executed); err != nil {
		return err
	}
	if err := b.server(ctx, &many, opa, bundle, decided); err != nil {
		return err
	}
	if _, err := many.measure(b.count, command(ctx, ours, "check", "--fail-on", "none", "-o", "json", documents)); err != nil {
		return err
	}
	if _, err := many.measure(b.count, command(ctx, conftest, "test", "--no-fail", "--output", "json", "--policy", bundle, documents)); err != nil {
		return err
	}
	many.print()

	one := table{head: "one document, whole process"}
	document := filepath.Join(documents, "EX00000.json")
	const times = 20
	for _, program := range []func() process{
		func() process { return command(ctx, ours, "evaluate", "-o", "json", document) },
		func() process {
			return command(ctx, opa, "eval", "--bundle", bundle, "--input", document, "data.transportcert.inbound_anonymous.decision")
		},
	} {
		if err := one.repeat(times, program); err != nil {
			return err
		}
	}
	one.print()
	return nil
}

// build builds the programs.
func (b *bench) build(ctx context.Context) error {
	environment := append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+b.folder)
	for _, arguments := range [][]string{
		{"build", "-trimpath", "-o", b.path("transportcert"), "./cmd/transportcert"},
		{"build", "-trimpath", "-o", b.path("opa"), "github.com/open-policy-agent/opa"},
		{"install", "github.com/open-policy-agent/conftest@" + conftestVersion},
	} {
		p := command(ctx, "go", arguments...)
		p.Env = environment
		if output, err := p.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, output)
		}
	}
	return nil
}

// documents writes every document twice: as a file, and as a line.
func (b *bench) documents(context.Context) error {
	if err := os.Mkdir(b.path("documents"), 0o700); err != nil {
		return err
	}
	var whole bytes.Buffer
	for i := range b.count {
		text, err := json.Marshal(benchmark.Document(i, certificates))
		if err != nil {
			return err
		}
		whole.Write(append(text, '\n'))
		if err := os.WriteFile(filepath.Join(b.path("documents"), fmt.Sprintf("EX%05d.json", i)), text, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(b.path("documents.ndjson"), whole.Bytes(), 0o600)
}

// policies writes the embedded policies as a bundle's folder, without tests.
func (b *bench) policies(context.Context) error {
	return fs.WalkDir(policies.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		target := filepath.Join(b.path("bundle"), path)
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.MkdirAll(target, 0o700)
		case strings.HasSuffix(path, "_test.rego"):
			return nil
		}
		text, err := policies.FS.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
}

// same asks that two outputs hold the same decisions: NDJSON and opa exec's.
func same(ndjson, executed []byte) error {
	var results struct {
		Result []struct{ Result any }
	}
	if err := json.Unmarshal(executed, &results); err != nil {
		return fmt.Errorf("reading what opa exec wrote: %w", err)
	}
	var ours, theirs []string
	for decoder := json.NewDecoder(bytes.NewReader(ndjson)); ; {
		var decision any
		if err := decoder.Decode(&decision); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		text, _ := json.Marshal(decision)
		ours = append(ours, string(text))
	}
	for _, result := range results.Result {
		text, _ := json.Marshal(result.Result)
		theirs = append(theirs, string(text))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if !slices.Equal(ours, theirs) {
		return fmt.Errorf("transportcert and opa exec do not decide the same")
	}
	return nil
}
