package output

import (
	"strconv"
	"strings"
	"unicode"
)

// Printable returns a text that a terminal shows as it is. Names come from
// directories and certificates, where anybody may have put an escape sequence
// or a character that turns the direction of writing: what has no shape of its
// own is written as Go writes it in a string, \x1b or \u202e.
func Printable(text string) string {
	return printable(text, "")
}

// PrintableLines is Printable for texts of several lines: it leaves line ends
// and tabs as they are.
func PrintableLines(text string) string {
	return printable(text, "\n\t")
}

func printable(text, keep string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsGraphic(r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}
