// Package progress shows the progress of a long run on a terminal.
package progress

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/transportcert/transportcert/internal/printable"
)

// redraw is the minimum time between two updates.
const redraw = 100 * time.Millisecond

// A Bar is one line of a terminal. Nothing else may be written to the terminal
// between Set and Clear.
type Bar struct {
	out   io.Writer
	shows bool
	what  string
	line  *progressbar.ProgressBar // nil: nothing is shown
}

// New returns a bar on out. If out is not a terminal, it shows nothing.
func New(out io.Writer) *Bar {
	file := printable.File(out)
	return &Bar{out: printable.Below(out), shows: file != nil && term.IsTerminal(int(file.Fd()))}
}

// Set shows that n of total are done; a negative total means that the total is
// unknown. A different what starts a new bar.
func (b *Bar) Set(what string, n, total int) {
	if !b.shows {
		return
	}
	if b.line == nil || b.what != what {
		b.Clear()
		b.what = what
		b.line = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(b.out),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionThrottle(redraw),
			progressbar.OptionSetSpinnerChangeInterval(0), // it would draw on its own, between other writes
			progressbar.OptionClearOnFinish(),
		)
	}
	_ = b.line.Set(n) // the error does not matter
}

// Clear removes the bar until the next Set.
func (b *Bar) Clear() {
	if b.line != nil {
		_ = b.line.Exit()
		_ = b.line.Clear()
		b.line = nil
	}
}
