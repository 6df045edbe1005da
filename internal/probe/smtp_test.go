package probe

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
)

func TestReadReply(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]reply{
		"220 ex01 ready\r\n":                      {220, []string{"ex01 ready"}},
		"250-a\r\n250-STARTTLS\r\n250 SIZE 1\r\n": {250, []string{"a", "STARTTLS", "SIZE 1"}},
		"250-a\n250 b\n":                          {250, []string{"a", "b"}},
		"250\r\n":                                 {250, []string{""}},
		"250 \r\n":                                {250, []string{""}},
		"554 \x1b[31m\r\n":                        {554, []string{"\x1b[31m"}},
		"250 a\r\nmore":                           {250, []string{"a"}},
	} {
		got, err := readReply(newReader(strings.NewReader(text)))
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, got)
	}
	long := strings.Repeat("x", maxLine-6)
	got, err := readReply(newReader(strings.NewReader("220 " + long + "\r\n")))
	require.NoError(t, err)
	require.Equal(t, long, got.lines[0])
	got, err = readReply(newReader(strings.NewReader(strings.Repeat("220-x\r\n", maxLines-1) + "220 x\r\n")))
	require.NoError(t, err)
	require.Len(t, got.lines, maxLines)
}

func TestReadReplyFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "the server closed the connection",
		"220":                      `the server closed the connection in the middle of a line: "220"`,
		"250-a\r\n":                "the server closed the connection",
		"\r\n":                     `expected a reply (three digits and text), found "\r\n"`,
		"22 x\r\n":                 `expected a reply (three digits and text), found "22 x\r\n"`,
		"120 x\r\n":                `expected a reply (three digits and text), found "120 x\r\n"`,
		"620 x\r\n":                `expected a reply (three digits and text), found "620 x\r\n"`,
		"2x0 x\r\n":                `expected a reply (three digits and text), found "2x0 x\r\n"`,
		"2200 x\r\n":               `expected a reply (three digits and text), found "2200 x\r\n"`,
		"220_x\r\n":                `expected a reply (three digits and text), found "220_x\r\n"`,
		"HTTP/1.1 400 Bad\r\n":     `expected a reply (three digits and text), found "HTTP/1.1 400 Bad\r\n"`,
		"250-a\r\n220 b\r\n":       `expected another line of reply 250, found "220 b\r\n"`,
		"250-a\r\nx\r\n":           `expected a reply (three digits and text), found "x\r\n"`,
		strings.Repeat("2", 10000): `expected a reply line of at most 4096 bytes, found a longer one: "` + strings.Repeat("2", 60) + `"`,
		"220 " + strings.Repeat("x", maxLine-5) + "\r\n": `expected a reply line of at most 4096 bytes, found a longer one: "220 ` + strings.Repeat("x", 56) + `"`,
		strings.Repeat("220-x\r\n", maxLines+1):          "expected a reply of at most 128 lines, found more",
	} {
		_, err := readReply(newReader(strings.NewReader(text)))
		require.EqualError(t, err, want)
	}
	_, err := readReply(newReader(strings.NewReader("220 x")))
	require.ErrorIs(t, err, errClosed)
}

// A reply is limited, is read exactly to its last line, and can be formatted as
// it was sent.
func FuzzReadReply(f *testing.F) {
	for _, seed := range []string{"220 x\r\n", "250-a\r\n250 b\r\n250 c\r\n", "250-a\n250-b\n", "2200\r\n", "554-\x1b\r\n554\r\n", "220 x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		source := strings.NewReader(string(data))
		in := newReader(source)
		got, err := readReply(in)
		if err != nil {
			hostile.Check(t, err.Error())
			require.Empty(t, got)
			return
		}
		require.NotEmpty(t, got.lines)
		require.LessOrEqual(t, len(got.lines), maxLines)
		require.True(t, got.code >= 200 && got.code < 600, got.code)
		read := string(data[:len(data)-source.Len()-in.Buffered()])
		require.Equal(t, len(got.lines), strings.Count(read, "\n"), "one line of input each")
		for i, line := range strings.Split(strings.TrimSuffix(read, "\n"), "\n") {
			require.True(t, strings.HasPrefix(line, read[:3]))
			require.Equal(t, got.lines[i], strings.TrimSuffix(line[min(4, len(line)):], "\r")[:len(got.lines[i])])
		}
	})
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Target{
		"ex01":                        {"ex01", 25},
		"ex01.corp.contoso.test:2525": {"ex01.corp.contoso.test", 2525},
		"ex_01.contoso.test.":         {"ex_01.contoso.test.", 25},
		"192.0.2.1":                   {"192.0.2.1", 25},
		"192.0.2.1:587":               {"192.0.2.1", 587},
		"2001:db8::1":                 {"2001:db8::1", 25},
		"[2001:db8::1]":               {"2001:db8::1", 25},
		"[2001:db8::1]:65535":         {"2001:db8::1", 65535},
		"fe80::1%eth0":                {"fe80::1%eth0", 25},
		"::1":                         {"::1", 25},
	} {
		got, err := ParseTarget(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	require.Equal(t, "[2001:db8::1]:25", Target{"2001:db8::1", 25}.String())
	for text, why := range map[string]string{
		"":                       "the name of a host has 1 to 254 bytes",
		":25":                    "the name of a host has 1 to 254 bytes",
		"ex01:":                  "the port is missing",
		"ex01:0":                 "the port is not a number from 1 to 65535",
		"ex01:65536":             "the port is not a number from 1 to 65535",
		"ex01:smtp":              "the port is not a number from 1 to 65535",
		"ex01:25:25":             "it is not HOST:PORT",
		"[ex01]:25":              "expected an IPv6 address in the brackets",
		"[192.0.2.1]":            "expected an IPv6 address in the brackets",
		"[2001:db8::1":           "it is not HOST:PORT",
		"ex01 ex02":              "the name of a host contains only letters, digits, dots, hyphens and underscores",
		"smtp://ex01":            "the port is not a number from 1 to 65535",
		"ex01\r\nMAIL FROM":      "the name of a host contains only letters, digits, dots, hyphens and underscores",
		strings.Repeat("x", 255): "the name of a host has 1 to 254 bytes",
	} {
		_, err := ParseTarget(text)
		require.ErrorContains(t, err, ": "+why, text)
	}
}

func TestTalkError(t *testing.T) {
	t.Parallel()
	err := &unsolicitedError{"before EHLO", []byte("250 x\r\n")}
	require.EqualError(t, err, `the server sent unsolicited plain text before EHLO: "250 x\r\n"`)
	require.False(t, errors.Is(err, errClosed))
}
