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

// A process is a program to measure.
type process struct{ *exec.Cmd }

func command(ctx context.Context, program string, arguments ...string) process {
	return process{exec.CommandContext(ctx, program, arguments...)}
}

// name is the program with the arguments that say what it does.
func (p process) name() string {
	words := []string{filepath.Base(p.Path)}
	for _, argument := range p.Args[1:] {
		if !strings.HasPrefix(argument, os.TempDir()) {
			words = append(words, argument)
		}
	}
	return strings.Join(words, " ")
}

// A row is what one program did.
type row struct {
	name      string
	documents int
	took      time.Duration
	memory    int64 // peak resident set, bytes
}

func (r row) perSecond() float64 { return float64(r.documents) / r.took.Seconds() }

// A table holds rows; base is the one that the others are compared with.
type table struct {
	head string
	base int
	rows []row
}

// measure runs a program once and returns what it wrote.
func (t *table) measure(documents int, p process) ([]byte, error) {
	fmt.Fprintln(os.Stderr, "running", p.name())
	var output, complaint bytes.Buffer
	p.Stdout, p.Stderr = &output, &complaint
	start := time.Now()
	err := p.Run()
	took := time.Since(start)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", p.name(), err, complaint.Bytes())
	}
	t.rows = append(t.rows, row{p.name(), documents, took, peak(p.ProcessState)})
	return output.Bytes(), nil
}

// repeat runs a program several times, as one row.
func (t *table) repeat(times int, program func() process) error {
	var all table
	for range times {
		if _, err := all.measure(1, program()); err != nil {
			return err
		}
	}
	sum := row{name: all.rows[0].name}
	for _, r := range all.rows {
		sum.documents++
		sum.took += r.took
		sum.memory = max(sum.memory, r.memory)
	}
	t.rows = append(t.rows, sum)
	return nil
}

// print writes the table as Markdown.
func (t *table) print() {
	fmt.Printf("| %s | documents a second | milliseconds a document | peak memory | times as long |\n|---|--:|--:|--:|--:|\n", t.head)
	for _, r := range t.rows {
		fmt.Printf("| `%s` | %.0f | %.3f | %d MB | %.1f |\n", r.name, r.perSecond(), 1000/r.perSecond(), r.memory/1e6,
			t.rows[max(t.base, 0)].perSecond()/r.perSecond())
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

// version returns what an OPA says of itself.
func version(opa string) string {
	output, _ := exec.Command(opa, "version").Output()
	first, _, _ := strings.Cut(string(output), "\n")
	return strings.TrimPrefix(first, "Version: ")
}
