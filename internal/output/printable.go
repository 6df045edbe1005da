package output

import "github.com/transportcert/transportcert/internal/printable"

// Printable returns a text that a terminal shows as it is. Names come from
// directories and certificates, where anybody may have put an escape sequence
// or a character that turns the direction of writing: what has no shape of its
// own is written as Go writes it in a string, \x1b or \u202e.
func Printable(text string) string {
	return printable.Text(text, "")
}

// PrintableLines is Printable for texts of several lines: it leaves line ends
// and tabs as they are.
func PrintableLines(text string) string {
	return printable.Text(text, "\n\t")
}
