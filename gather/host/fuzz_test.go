package host

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/hostile"
)

var startsWithLine = regexp.MustCompile(`^line \d+: `)

// FuzzRegFile checks that the names in any registry export are text.
func FuzzRegFile(f *testing.F) {
	const key = "\r\n\r\n[HKEY_LOCAL_MACHINE\\" + interfacesKey + `\{3F2504E0-4F89-11D3-9A0C-0305E82C3301}]` + "\r\n"
	for _, value := range []string{`"nlb.contoso.test"`, `"a\\b\"c"`, `hex(1):6e,00,\` + "\r\n  6c,00,00,00", `hex(2):6`, `dword:00000001`, `"a`, `hex(1):00,d8`} {
		for _, header := range []string{regHeader, "\ufeff" + regHeader} {
			f.Add([]byte(header + key + `"ClusterName"=` + value + "\r\n"))
		}
	}
	f.Add([]byte("\xff\xfeR\x00E\x00G\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := parseReg(data)
		if err != nil {
			hostile.Check(t, err.Error())
			require.Regexp(t, startsWithLine, err.Error())
			return
		}
		for _, k := range keys {
			require.Regexp(t, guidPattern, k.guid)
		}
		for _, name := range clusterNames(keys, func(sentence string) { hostile.Check(t, sentence) }) {
			require.NotEmpty(t, name)
			require.True(t, utf8.ValidString(name), "%q", name)
		}
	})
}

// A value of many lines costs no more than its length.
func TestManyLines(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	keys, err := parseReg([]byte(regHeader + "\r\n" + strings.Repeat("a\\\n", maxRegFile/4)))
	require.NoError(t, err)
	require.Empty(t, keys)
	require.Less(t, time.Since(begun), time.Minute)
}

// FuzzNames checks that the names of any --host are those that were typed.
func FuzzNames(f *testing.F) {
	f.Add("ex01.corp.contoso.test,EX01")
	f.Add("Ex01.corp.contoso.test., EX01")
	f.Add("poststelle.münchen.test")
	f.Add("a\xff\x1b.b")
	f.Fuzz(func(t *testing.T, value string) {
		names, err := ParseNames(value)
		if err != nil {
			hostile.Check(t, err.Error())
			return
		}
		document := &gather.Document{}
		require.NoError(t, names.Gather(t.Context(), document))
		for _, name := range []string{document.Host.DNSFQDN, document.Host.DNSHostName} {
			require.NotEmpty(t, name)
			require.Contains(t, value, name)
			hostile.Check(t, name)
		}
	})
}
