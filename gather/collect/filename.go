package collect

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// deviceNames are what Windows takes for devices, whatever the extension is.
var deviceNames = []string{
	"CON", "PRN", "AUX", "NUL",
	"COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
	"LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
}

// FileName makes a server's name safe as the name of a file or folder on every
// system. Names of letters, digits, hyphens and underscores stay as they are;
// of others, what is neither is written as %XX, so that no two become one.
func FileName(server string) string {
	var name strings.Builder
	device := slices.ContainsFunc(deviceNames, func(d string) bool {
		stem, _, _ := strings.Cut(server, ".")
		return strings.EqualFold(strings.TrimSpace(stem), d)
	})
	for i, n := 0, 0; i < len(server); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(server[i:])
		plain := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.' && i > 0 && i < len(server)-1
		if plain && (i > 0 || !device) {
			name.WriteRune(r)
			continue
		}
		for _, b := range []byte(server[i : i+n]) {
			fmt.Fprintf(&name, "%%%02X", b)
		}
	}
	return name.String()
}
