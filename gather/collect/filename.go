package collect

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// deviceNames are the names that Windows reserves for devices, with any
// extension.
var deviceNames = []string{
	"CON", "PRN", "AUX", "NUL",
	"COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
	"LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
}

// FileName converts a server's name to a file or folder name that is safe on
// every system. Letters, digits, hyphens and underscores stay; every other byte
// becomes %XX, so that different names stay different.
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
