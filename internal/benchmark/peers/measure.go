//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A runner performs the work of a row, writes the decisions to the file, and
// returns the time and the peak memory in bytes.
type runner func(output *os.File) (time.Duration, int64, error)

// command returns a runner that starts a program.
func command(ctx context.Context, program string, arguments ...string) runner {
	return fed(ctx, nil, program, arguments...)
}

// fed is like command for a program that reads its standard input; nil: none.
func fed(ctx context.Context, input func(*writer) error, program string, arguments ...string) runner {
	return func(output *os.File) (time.Duration, int64, error) {
		process := exec.CommandContext(ctx, program, arguments...)
		var stderr bytes.Buffer
		process.Stdout, process.Stderr = output, &stderr
		written := make(chan error, 1)
		if input == nil {
			written <- nil
		} else {
			stdin, err := process.StdinPipe()
			if err != nil {
				return 0, 0, err
			}
			go func() {
				defer stdin.Close()
				written <- writeTo(stdin, input)
			}()
		}
		start := time.Now()
		err := process.Run()
		took := time.Since(start)
		if err == nil {
			err = <-written
		}
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w\n%s", strings.Join(process.Args, " "), err, stderr.Bytes())
		}
		return took, peak(process.ProcessState), nil
	}
}

// A row is the best result of a runner.
type row struct {
	name   string
	run    runner
	count  int // documents
	took   time.Duration
	memory int64  // peak resident set, bytes
	output string // the file with its decisions
}

// perDocument returns the time per document in seconds.
func (r *row) perDocument() float64 { return r.took.Seconds() / float64(r.count) }

// A table contains rows that are comparable.
type table struct {
	head   string
	folder string
	count  int // documents
	rows   []*row
}

func (b *bench) table(head string) *table {
	return &table{head: head, folder: b.folder, count: b.count}
}

func (t *table) add(name string, run runner) *row {
	r := &row{name: name, run: run, count: t.count, output: filepath.Join(t.folder, strings.NewReplacer(" ", "-", ",", "").Replace(name))}
	t.rows = append(t.rows, r)
	return r
}

// run runs every row the given number of times, one after the other. Decisions
// go to files, because memory of this process would count as memory of the
// processes that it starts.
func (t *table) run(rounds int) error {
	for round := range rounds {
		for _, r := range t.rows {
			if t.count > 1 {
				fmt.Fprintf(os.Stderr, "run %d of %d: %s\n", round+1, rounds, r.name)
			}
			file, err := os.Create(r.output)
			if err != nil {
				return err
			}
			took, memory, err := r.run(file)
			file.Close()
			if err != nil {
				return err
			}
			if r.memory = max(r.memory, memory); r.took == 0 || took < r.took {
				r.took = took
			}
		}
	}
	return nil
}

// print writes the table as Markdown, with times relative to one row.
func (t *table) print(base *row) {
	fmt.Printf("| %s | documents a second | milliseconds a document | peak memory | times as long |\n|---|--:|--:|--:|--:|\n", t.head)
	for _, r := range t.rows {
		fmt.Printf("| %s | %.0f | %.3f | %d MB | %.1f |\n", r.name, 1/r.perDocument(), 1000*r.perDocument(), r.memory/1e6, ratio(r, base))
	}
	fmt.Println()
}

func peak(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss * 1024 // Linux counts in kilobytes
	}
	return 0
}

// cpu names the processor.
func cpu() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// version returns the version that an OPA program prints.
func version(opa string) string {
	output, _ := exec.Command(opa, "version").Output()
	first, _, _ := strings.Cut(string(output), "\n")
	return strings.TrimPrefix(first, "Version: ")
}
