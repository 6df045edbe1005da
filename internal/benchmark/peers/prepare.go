//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/benchmark"
	"github.com/transportcert/transportcert/internal/bundles"
	"github.com/transportcert/transportcert/policies"
)

const conftestVersion = "v0.71.1"

// certificates is the number in a document: the usual store of an Exchange
// server.
const certificates = 6

// asking is a conftest policy that asks for the decision and does nothing else.
var asking = `package main

warn contains {"msg": "decided", "decision": ` + evaluate.Server.Rule() + `}
`

// build builds the programs.
func (b *bench) build(ctx context.Context) error {
	environment := append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+b.folder)
	for _, arguments := range [][]string{
		{"build", "-trimpath", "-o", b.path("transportcert"), "./cmd/transportcert"},
		{"build", "-trimpath", "-o", b.path("opa"), "github.com/open-policy-agent/opa"},
		{"install", "github.com/open-policy-agent/conftest@" + conftestVersion},
	} {
		p := exec.CommandContext(ctx, "go", arguments...)
		p.Env = environment
		if output, err := p.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, output)
		}
	}
	return nil
}

// documents writes every document twice: as a file and as a line.
func (b *bench) documents(context.Context) error {
	if err := os.Mkdir(b.path("documents"), 0o700); err != nil {
		return err
	}
	for i := range b.count {
		path := filepath.Join(b.path("documents"), fmt.Sprintf("EX%05d.json", i))
		if err := writeFile(path, func(w *writer) error { return w.document(i, certificates) }); err != nil {
			return err
		}
	}
	return writeFile(b.path("documents.ndjson"), func(w *writer) error { return w.documents(b.count, certificates) })
}

// policies writes the embedded policies, without tests, as a bundle folder, and
// the decision's policies together with a conftest rule that asks for the
// decision.
func (b *bench) policies(context.Context) error {
	decision, err := bundles.ShippedDecision()
	if err != nil {
		return err
	}
	for _, module := range decision.Modules {
		if err := place(filepath.Join(b.path("asks"), module.Path), module.Raw); err != nil {
			return err
		}
	}
	if err := place(filepath.Join(b.path("asks"), "asking.rego"), []byte(asking)); err != nil {
		return err
	}
	return fs.WalkDir(policies.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.rego") {
			return err
		}
		text, err := policies.FS.ReadFile(path)
		if err != nil {
			return err
		}
		return place(filepath.Join(b.path("bundle"), path), text)
	})
}

func place(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// A writer writes documents as NDJSON.
type writer struct{ *bufio.Writer }

func (w *writer) documents(count, certificates int) error {
	for i := range count {
		if err := w.document(i, certificates); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) document(number, certificates int) error {
	return json.NewEncoder(w).Encode(benchmark.Document(number, certificates))
}

func writeTo(to io.Writer, write func(*writer) error) error {
	w := &writer{bufio.NewWriter(to)}
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

func writeFile(path string, write func(*writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return writeTo(file, write)
}
