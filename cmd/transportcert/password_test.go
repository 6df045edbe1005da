package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestPasswordFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want, err string }{
		"a line":                     {"Contoso 2026\n", "Contoso 2026", ""},
		"without a line end":         {"Contoso 2026", "Contoso 2026", ""},
		"a line end of Windows":      {"Contoso 2026\r\n", "Contoso 2026", ""},
		"spaces count":               {" Contoso \n", " Contoso ", ""},
		"more lines":                 {"Contoso\n# the account of the gatherer\n", "Contoso", ""},
		"UTF-8":                      {"Zürich\n", "Zürich", ""},
		"UTF-8 with a mark":          {"\ufeffZürich\n", "Zürich", ""},
		"UTF-16 of PowerShell":       {"\xff\xfeZ\x00\xfc\x00r\x00\r\x00\n\x00", "Zür", ""},
		"the other UTF-16":           {"\xfe\xff\x00Z\x00\xfc\x00r\x00\n", "Zür", ""},
		"another encoding, as it is": {"Z\xfcrich\n", "Z\xfcrich", ""},
		"nothing":                    {"", "", "expected a password on the first line, found nothing"},
		"an empty line":              {"\nContoso\n", "", "expected a password on the first line, found nothing"},
		"too large":                  {strings.Repeat("x", maxPassword+1), "", "expected at most 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "password")
			require.NoError(t, os.WriteFile(path, []byte(test.text), 0o600))
			var stderr strings.Builder
			command := &cobra.Command{}
			command.SetErr(&stderr)
			password, err := (&passwordFlag{name: "password", file: path}).read(command, "reader")
			if test.err != "" {
				require.EqualError(t, err, "--password-file: "+path+": "+test.err)
				require.Nil(t, password)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, string(password))
			require.Empty(t, stderr.String())
		})
	}
}
