//go:build unix

package e2e_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What goes wrong outside of the program: each with a real fault, and with the
// program as it is built.

// documentOf is a document of the server with that number, on a line.
func documentOf(t *testing.T, number int) string {
	t.Helper()
	return strings.ReplaceAll(input(t, "01-as-installed"), `"EX01"`, fmt.Sprintf(`"EX%05d"`, number)) + "\n"
}

// forest is the documents from one number to another, on lines.
func forest(t *testing.T, from, to int) string {
	t.Helper()
	one := documentOf(t, 0)
	var lines strings.Builder
	for i := from; i <= to; i++ {
		lines.WriteString(strings.ReplaceAll(one, `"EX00000"`, fmt.Sprintf(`"EX%05d"`, i)))
	}
	return lines.String()
}

// decided returns the numbers of the servers in NDJSON, every line of it whole.
func decided(t *testing.T, ndjson string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(ndjson) {
		number, rest, found := strings.Cut(strings.TrimPrefix(line, `{"server":"EX`), `"`)
		require.True(t, found && len(number) == 5 && strings.HasSuffix(rest, "}\n"), "%q", line)
		all = append(all, number)
	}
	return all
}

func fromTo(from, to int) []string {
	var all []string
	for i := from; i <= to; i++ {
		all = append(all, fmt.Sprintf("%05d", i))
	}
	return all
}

// exportsFolder is a copy of the exports of a server, to do harm to.
func exportsFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS("../../../../fixtures/exports/remote")))
	return folder
}

// Standard input ends in the middle of a document: those before it are decided.
func TestStdinEndsInADocument(t *testing.T) {
	t.Parallel()
	text := forest(t, 1, 3)
	for _, missing := range []int{3, 100, 1000} {
		ended := program(t, text[:len(text)-missing], "evaluate", "-o", "ndjson", "-")
		require.Equal(t, exitError, ended.code)
		require.Equal(t, fromTo(1, 2), decided(t, ended.stdout))
		require.Regexp(t, `^transportcert: stdin:3: byte \d+ \(line 1, column \d+\): the text ends too early: expected the rest of the JSON\n$`, ended.stderr)
	}
}

// Where there is no room for a file, the old one stays, or none, and nothing
// half-written beside it. A limit on the size of files needs no rights; the
// full disk is a file system of its own, where one can be mounted.
func TestNoRoomForAFile(t *testing.T) {
	t.Parallel()
	const list = `; code=$?; ls -A "$1" && cat "$1"/* ; exit $code`
	gather := `transportcert gather --exports "$2" -o "$1/ex01.json"`
	for name, before := range map[string]string{
		"file size": `trap '' XFSZ; ulimit -f 1; `,
		"disk":      `mount -t tmpfs -o size=4k none "$1" && `,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			command := []string{"sh", "-c"}
			if name == "disk" {
				unshare := []string{"unshare", "--user", "--map-root-user", "--mount"}
				if err := exec.Command(unshare[0], append(unshare[1:], "true")...).Run(); err != nil {
					t.Skip("nothing can be mounted here: unshare: ", err)
				}
				command = append(unshare, command...)
			}
			for _, old := range []string{"", "old"} {
				write, want := "", ""
				if old != "" {
					write, want = `printf old >"$1/ex01.json"; `, "ex01.json\nold"
				}
				args := append(command, before+write+gather+list, "sh", folder, exportsFolder(t))
				ended := endingOf(t, exec.CommandContext(soon(t), args[0], args[1:]...))
				require.Equal(t, want, ended.stdout)
				require.Regexp(t, `transportcert: writing `+folder+`/ex01\.json: write .*: (file too large|no space left on device)\n`, ended.stderr)
				require.Equal(t, exitError, ended.code)
			}
		})
	}
}

// A full disk behind standard output, in every format.
func TestNoRoomForStandardOutput(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	document := filepath.Join(t.TempDir(), "ex01.json")
	require.Zero(t, program(t, "", "gather", "--exports", exportsFolder(t), "-o", document).code)
	for _, command := range []string{
		"evaluate", "evaluate -o json", "evaluate -o ndjson", "evaluate -o pem", "explain",
		"check --at 2099-01-01T00:00:00Z", "check -o json", "check -o junit", "check -o sarif",
		"check --at 2099-01-01T00:00:00Z -o github", "check --at 2099-01-01T00:00:00Z -o azure",
	} {
		ended := shell(t, "transportcert "+command+` "$1" >/dev/full`, document)
		require.Equal(t, exitError, ended.code, command)
		require.Equal(t, "transportcert: write /dev/stdout: no space left on device\n", ended.stderr, command)
	}
	for _, command := range []string{`gather --exports "$1" >/dev/full`, `gather --exports "$1" -o /dev/full`} {
		ended := shell(t, "transportcert "+command, exportsFolder(t))
		require.Equal(t, exitError, ended.code, command)
		require.Contains(t, ended.stderr, ": no space left on device\n")
	}
}

// A report that is too long for memory has no room in the temporary folder either:
// neither it nor anything half-written is left.
func TestNoRoomForAReport(t *testing.T) {
	t.Parallel()
	if err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "true").Run(); err != nil {
		t.Skip("nothing can be mounted here: unshare: ", err)
	}
	folder := t.TempDir()
	documents, temporary, output := filepath.Join(folder, "forest.ndjson"), filepath.Join(folder, "tmp"), filepath.Join(folder, "output")
	require.NoError(t, os.Mkdir(temporary, 0o700))
	require.NoError(t, os.Mkdir(output, 0o700))
	put(t, documents, forest(t, 1, 1500))
	ended := endingOf(t, exec.CommandContext(soon(t), "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
		`mount -t tmpfs -o size=64k none "$2" && TMPDIR="$2" transportcert check --at 2099-01-01T00:00:00Z -o text -o sarif="$3/found.sarif" "$1"; code=$?; ls -A "$3" "$2" >&2; exit $code`,
		"sh", documents, temporary, output))
	require.Equal(t, exitError, ended.code)
	require.Regexp(t, `^transportcert: write `+temporary+`/transportcert-\d+: no space left on device\n`+output+`:\n\n`+temporary+`:\n$`, ended.stderr)
}

// A signal ends a long run at once. What is written is whole lines, as many as
// the message says.
func TestInterruptALongRun(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, "evaluate", "-o", "ndjson", "-")
			line := documentOf(t, 1)
			go func() { // without end
				for {
					if _, err := io.WriteString(r.stdin, line); err != nil {
						return
					}
				}
			}()
			lines := 0
			for ; lines < 50; lines++ {
				r.line(t)
			}
			lines += len(decided(t, r.interrupt(t, signal)))
			require.Equal(t, fmt.Sprintf("transportcert: interrupted; decisions written: %d\n", lines), r.stderr.String())
		})
	}
}

// A signal ends an evaluation that takes long.
func TestInterruptALongEvaluation(t *testing.T) {
	t.Parallel()
	policy := filepath.Join(t.TempDir(), "slow.rego")
	put(t, policy, `package transportcert.custom

ineligible contains {"thumbprint": "x", "reason": "slow"} if {
	input.server == "EX00002"
	some i in numbers.range(1, 100000)
	some j in numbers.range(1, 100000)
	i + j < 0
}
`)
	r := start(t, "evaluate", "-o", "ndjson", "--policy", policy, "-")
	r.write(t, forest(t, 1, 2))
	r.line(t) // that of the first; the second takes hours
	require.Empty(t, r.interrupt(t, syscall.SIGTERM))
	require.Equal(t, "transportcert: interrupted; decisions written: 1\n", r.stderr.String())
}

// A signal ends a command too that waits for what no signal interrupts: for
// what comes through a named pipe, or for a reader of its output.
func TestInterruptWhatWaits(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe.json")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	full := filepath.Join(folder, "forest.ndjson")
	put(t, full, strings.Repeat(documentOf(t, 1), 1000)) // more than a pipe holds
	for name, test := range map[string]struct {
		path  string
		waits func(stdout *os.File) // returns when the program has come to where it waits
	}{
		"for a writer": {pipe, func(*os.File) {
			for {
				writer, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
				if err == nil { // there is a reader
					t.Cleanup(func() { writer.Close() })
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}},
		"for a reader": {full, func(stdout *os.File) {
			stdout.Read(make([]byte, 1))
			time.Sleep(time.Second) // until the pipe is full
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := exec.CommandContext(soon(t), "transportcert", "evaluate", "-o", "json", test.path)
			stdout, theirs, err := os.Pipe()
			require.NoError(t, err)
			defer stdout.Close()
			var stderr strings.Builder
			command.Stdout, command.Stderr = theirs, &stderr
			require.NoError(t, command.Start())
			require.NoError(t, theirs.Close())
			test.waits(stdout)
			require.NoError(t, command.Process.Signal(syscall.SIGTERM))
			signalled := time.Now()
			require.Error(t, command.Wait())
			require.Less(t, time.Since(signalled), atOnce)
			require.Equal(t, exitError, command.ProcessState.ExitCode())
			require.Equal(t, "transportcert: interrupted\n", stderr.String())
		})
	}
}

// Where head has enough, a command ends, without a word and at once.
func TestHead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "forest.ndjson")
	put(t, file, forest(t, 1, 2000))
	for _, format := range []string{"text", "json", "ndjson", "pem"} {
		ended := shell(t, `transportcert evaluate -o "$2" "$1" | head -n 3`, file, format)
		require.Zero(t, ended.code)
		if format == "pem" { // these documents have no der
			require.Contains(t, ended.stderr, "forest.ndjson:1: ")
			continue
		}
		require.Empty(t, ended.stderr)
		require.Len(t, strings.Split(strings.TrimSuffix(ended.stdout, "\n"), "\n"), 3)
	}
}

// A folder changes after its files were listed, while the program waits in the
// first of them: nobody reads the decisions for its documents yet.
func TestFolderChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	put(t, in("a.ndjson"), forest(t, 101, 300))
	for i, name := range []string{"b.json", "c.json", "d.json", "e.json", "f.ndjson"} {
		put(t, in(name), documentOf(t, i+2))
	}
	r := start(t, "evaluate", "-o", "ndjson", folder)
	_, err := r.stdout.Peek(1)
	require.NoError(t, err)
	require.NoError(t, os.Remove(in("b.json")))
	require.NoError(t, os.Remove(in("c.json")))
	require.NoError(t, os.Mkdir(in("c.json"), 0o700))
	put(t, in("d.json"), documentOf(t, 4)[:500])
	put(t, in("f.ndjson"), forest(t, 6, 9))
	put(t, in("g.json"), documentOf(t, 10)) // too late
	decisions, err := io.ReadAll(r.stdout)
	require.NoError(t, err)
	require.Error(t, r.Wait())

	require.Equal(t, exitError, r.ProcessState.ExitCode())
	require.Equal(t, slices.Concat(fromTo(101, 300), fromTo(5, 9)), decided(t, string(decisions)))
	complaints := strings.Split(r.stderr.String(), "\n")
	require.Len(t, complaints, 4)
	require.Equal(t, "transportcert: reading documents: open "+in("b.json")+": no such file or directory", complaints[0])
	require.Contains(t, complaints[1], in("c.json")+":")
	require.Contains(t, complaints[1], "is a directory")
	require.Contains(t, complaints[2], "transportcert: "+in("d.json")+": byte 500 ")
}

// While somebody exports anew, the folder of exports yields what was there
// before, or after, or an error, and never a mixture without a word.
func TestExportsChangeWhileTheyAreRead(t *testing.T) {
	t.Parallel()
	folder := exportsFolder(t)
	certificates := filepath.Join(folder, "certificates.xml")
	whole, err := os.ReadFile(certificates)
	require.NoError(t, err)
	gathered := regexp.MustCompile(`(?m)^  "gathered_at": .*\n`) // when the files were written
	gather := func() ending {
		ended := program(t, "", "gather", "--exports", folder)
		ended.stdout = gathered.ReplaceAllString(ended.stdout, "")
		return ended
	}
	before := gather()
	require.Zero(t, before.code)

	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // as Export-Clixml writes: from the beginning, bit by bit
		defer close(stopped)
		for {
			file, err := os.Create(certificates)
			if err != nil {
				return
			}
			for chunk := whole; len(chunk) > 0; chunk = chunk[min(len(chunk), 8<<10):] {
				file.Write(chunk[:min(len(chunk), 8<<10)])
				time.Sleep(200 * time.Microsecond)
			}
			file.Close()
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	for range 20 {
		ended := gather()
		if ended.code == 0 {
			require.Equal(t, before.stdout, ended.stdout)
			continue
		}
		require.Equal(t, exitError, ended.code)
		require.Empty(t, ended.stdout)
		require.Contains(t, ended.stderr, certificates+": ")
	}
	close(stop)
	<-stopped
	require.Equal(t, before, gather())
}

// One bad document among 10,000 is reported with its line and name. The others
// are decided, unless nobody wants that.
func TestOneBadDocumentAmongTenThousand(t *testing.T) {
	t.Parallel()
	count := 10_000
	if testing.Short() {
		count = 1000 // the race detector takes its time
	}
	bad := count / 2
	file := filepath.Join(t.TempDir(), "forest.ndjson")
	wrong := strings.Replace(documentOf(t, bad), `"readable": true`, `"readable": "yes"`, 1)
	put(t, file, forest(t, 1, bad-1)+wrong+forest(t, bad+1, count))
	complaint := fmt.Sprintf(":%d: directory.readable: expected true or false, found \"yes\"\n", bad)

	ended := program(t, "", "evaluate", "-o", "ndjson", file)
	require.Equal(t, exitError, ended.code)
	require.Equal(t, "transportcert: "+file+complaint, ended.stderr)
	require.Equal(t, append(fromTo(1, bad-1), fromTo(bad+1, count)...), decided(t, ended.stdout))

	ended = program(t, "", "evaluate", "-o", "ndjson", "--keep-going=false", file)
	require.Equal(t, exitError, ended.code)
	require.Equal(t, "transportcert: "+file+complaint, ended.stderr)
	require.Equal(t, fromTo(1, bad-1), decided(t, ended.stdout))
}
