package pkcs12

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
)

// rounds limits the rounds per file so that the fuzzer makes progress.
const rounds = 5000

// FuzzOpen checks that any PKCS#12 file opens or causes an error, within the
// remaining rounds of key derivation.
func FuzzOpen(f *testing.F) {
	for _, pattern := range []string{"../../testdata/*.pfx", "../../../../fixtures/store/*/*.pfx"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		require.NotEmpty(f, paths)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data, "")
			f.Add(data, "geheim")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		p, err := readPFX(data)
		if err != nil {
			hostile.Check(t, err.Error())
			return
		}
		d := newDecrypter([]byte(password), all())
		d.spent = maxIterations - rounds
		file, err := p.open(d)
		require.LessOrEqual(t, d.spent, maxIterations)
		if err != nil {
			hostile.Check(t, err.Error())
			return
		}
		for _, note := range file.Notes {
			hostile.Check(t, note)
		}
		for _, c := range file.Certificates {
			require.True(t, utf8.ValidString(c.FriendlyName), "%q", c.FriendlyName)
		}

		// Without the authentication code, so that the fuzzer reaches what it
		// protects: a malicious file has a matching code.
		p.mac = nil
		if _, err := p.open(&decrypter{spent: maxIterations - rounds, left: all()}); err != nil {
			hostile.Check(t, err.Error())
		}
	})
}
