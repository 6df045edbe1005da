package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/transportcert/transportcert/internal/printable"
)

// maxPassword is the size of the largest password file that is read, in bytes.
const maxPassword = 64 << 10

// A passwordFlag says where a password is: in a file, in an environment
// variable or, without either, in somebody's head. It is never the value of a
// flag, since other users of the machine can read command lines.
type passwordFlag struct {
	name      string // of the flags, without -file and -env
	file, env string
}

func (p *passwordFlag) addFlags(flags *pflag.FlagSet, name, of string) {
	p.name = name
	flags.StringVar(&p.file, name+"-file", "", "read the password of "+of+" from the first line of this `FILE`")
	flags.StringVar(&p.env, name+"-env", "", "read the password of "+of+" from the environment variable of this `NAME`")
}

func (p *passwordFlag) check() error {
	if p.file != "" && p.env != "" {
		return usagef("expected either --%[1]s-file or --%[1]s-env, found both", p.name)
	}
	return nil
}

// given says whether the password can be had without asking anybody.
func (p *passwordFlag) given() bool { return p.file != "" || p.env != "" }

// read returns the password of what is named. The caller overwrites it.
func (p *passwordFlag) read(command *cobra.Command, of string) ([]byte, error) {
	switch {
	case p.file != "":
		password, err := p.readFile(command.ErrOrStderr())
		if err != nil {
			return nil, fmt.Errorf("--%s-file: %w", p.name, err)
		}
		return password, nil
	case p.env != "":
		password := os.Getenv(p.env)
		if password == "" {
			return nil, fmt.Errorf("--%s-env: there is no environment variable %s, or it is empty", p.name, p.env)
		}
		return []byte(password), nil
	}
	stdin, ok := command.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(stdin.Fd())) {
		return nil, fmt.Errorf("cannot prompt for the password: standard input is not a terminal: pass --%[1]s-file FILE or --%[1]s-env NAME", p.name)
	}
	return ask(command.Context(), stdin, command.ErrOrStderr(), of)
}

// readFile takes the first line, in UTF-8, or in UTF-16 with its mark as
// Windows PowerShell writes it.
func (p *passwordFlag) readFile(stderr io.Writer) ([]byte, error) {
	file, err := os.Open(p.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		note(stderr)(fmt.Sprintf("%s: its mode (%04o) lets other users read the password: chmod 600", p.file, info.Mode().Perm()))
	}
	data := make([]byte, maxPassword+1) // not io.ReadAll, which leaves copies behind
	defer clear(data)
	n, err := io.ReadFull(file, data)
	if err == nil {
		return nil, fmt.Errorf("%s: expected at most %d bytes", p.file, maxPassword)
	} else if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data[:n])
	if err != nil {
		return nil, fmt.Errorf("%s: expected UTF-8 or UTF-16", p.file)
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	password := bytes.Clone(bytes.TrimSuffix(line, []byte("\r")))
	clear(text)
	if len(password) == 0 {
		return nil, fmt.Errorf("%s: expected a password on the first line, found nothing", p.file)
	}
	return password, nil
}

// ask prompts on a terminal, which does not show what is typed. A signal ends
// the wait.
func ask(ctx context.Context, stdin *os.File, stderr io.Writer, of string) ([]byte, error) {
	terminal := int(stdin.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "Password of %s: ", printable.Line(of))
	defer fmt.Fprintln(stderr)
	type answer struct {
		password []byte
		err      error
	}
	answers := make(chan answer, 1)
	go func() {
		password, err := term.ReadPassword(terminal)
		answers <- answer{password, err}
	}()
	select {
	case a := <-answers:
		if errors.Is(a.err, io.EOF) || a.err == nil && len(a.password) == 0 {
			return nil, errors.New("none was typed")
		}
		return a.password, a.err
	case <-ctx.Done():
		_ = term.Restore(terminal, before)
		return nil, errors.New("interrupted")
	}
}
