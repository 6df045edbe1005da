package der

import (
	"bytes"
	"encoding/asn1"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIndefinite reads elements with end markers (X.690, 8.1.3.6), inside and
// next to elements of definite length.
func TestIndefinite(t *testing.T) {
	t.Parallel()
	data := []byte{
		0x30, 0x80, // a sequence
		0x02, 0x01, 0x05, // 5
		0x24, 0x80, 0x04, 0x01, 'a', 0x24, 0x03, 0x04, 0x01, 'x', 0x00, 0x00, // parts; the second consists of parts itself
		0x30, 0x04, 0x30, 0x80, 0x00, 0x00, // definite around indefinite
		0x00, 0x00,
		0x05, 0x00,
	}
	var err error
	r := NewReader(data, &err)
	whole := r.Take(TagSequence, "all")
	require.Equal(t, data[:len(data)-2], whole.Full())
	require.Equal(t, byte(TagNull), r.Next())
	require.Equal(t, len(data)-2, r.Offset())

	inner := whole.Inside(&err)
	require.Equal(t, 5, inner.Int("five"))
	pieces := inner.Any("pieces")
	around := inner.Take(TagSequence, "around")
	require.NoError(t, err)
	require.False(t, inner.More())
	require.Empty(t, around.Inside(&err).Take(TagSequence, "empty").Content())
	require.NoError(t, err)

	pieces.Octets(&err)
	require.EqualError(t, err, "byte 10: expected a part of an OCTET STRING (tag 0x04), found tag 0x24")
	err = nil
	require.Equal(t, []byte("abc"), Element{Tag: 0xa0, data: []byte("\x04\x01a\x04\x02bc"), end: 7}.Octets(&err))
	require.NoError(t, err)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("\x30\x80", 40) + strings.Repeat("\x00\x00", 40)
	for data, want := range map[string]string{
		"":                             "byte 0: expected x, found the end",
		"\x30":                         "byte 0: expected x, found the end",
		"\x31\x00":                     "byte 0: expected x (tag 0x30), found tag 0x31",
		"\x30\x02\x05":                 "byte 0: x is truncated: expected 2 bytes, found 1",
		"\x30\x84\xff\xff\xff\xff":     "byte 1: x claims to be longer than 67108864 bytes",
		"\x30\x85\x01":                 "byte 1: expected the length of x, found a length of 5 bytes with 1 bytes left",
		"\x30\x80\x05\x00":             "byte 4: expected the end marker of x, found the end",
		"\x30\x80\x05\x01\x00\x00":     "byte 5: expected the end marker of x, found the end",
		"\x30\x80\x05\x09\x00\x00":     "byte 2: x is truncated: its end marker is missing",
		"\x30\x80\x04\x80\x00\x00\x00": "byte 3: expected the length of the end marker of x, found a length of 0 bytes with 3 bytes left",
		deep:                           "byte 68: x has elements of indefinite length nested more than 32 deep",
	} {
		var err error
		e := NewReader([]byte(data), &err).Take(TagSequence, "x")
		require.EqualError(t, err, want)
		require.Empty(t, e.Content())
		require.Empty(t, e.Full())
	}
}

func TestInt(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]int{"\x02\x01\x00": 0, "\x02\x01\x7f": 127, "\x02\x02\x00\x80": 128, "\x02\x04\x7f\xff\xff\xff": 1<<31 - 1, "\x02\x05\x00\x00\x00\x00\x07": 7} {
		var err error
		require.Equal(t, want, NewReader([]byte(data), &err).Int("n"))
		require.NoError(t, err)
	}
	for _, data := range []string{"\x02\x00", "\x02\x01\x80", "\x02\x05\x00\x80\x00\x00\x00", "\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00"} {
		var err error
		require.Zero(t, NewReader([]byte(data), &err).Int("n"))
		require.ErrorContains(t, err, "byte 0: expected n (a small nonnegative number), found ")
	}
}

var startsWithPlace = regexp.MustCompile(`^byte \d+: `)

// FuzzReader checks that elements lie in the data and in order, that the result
// agrees with encoding/asn1, and that errors name a place.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x30\x80\x02\x01\x05\x24\x80\x04\x01a\x00\x00\x00\x00"))
	f.Add([]byte("\x30\x82\x00\x05\x06\x03\x2a\x03\x04\x17\x0d240101000000Z"))
	f.Add([]byte(strings.Repeat("\x30\x80", 40)))
	f.Add([]byte("\x1e\x04\x00E\x20\xac\x1c\x04\x00\x01\xf6\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var err error
		r := NewReader(data, &err)
		walk(t, r, data, 0)
		if err != nil {
			require.Regexp(t, startsWithPlace, err.Error())
		}
		var want asn1.RawValue
		if rest, wrong := asn1.Unmarshal(data, &want); wrong == nil {
			err = nil
			again := NewReader(data, &err)
			got := again.Any("x")
			if err != nil { // a tag of several bytes, or one that is too long
				return
			}
			require.Equal(t, want.FullBytes, got.Full())
			require.Equal(t, want.Bytes, got.Content())
			require.Equal(t, len(data)-len(rest), again.Offset())
		}
	})
}

func walk(t *testing.T, r *Reader, data []byte, depth int) {
	for r.More() {
		before := r.Offset()
		e := r.Any("x")
		if *r.err != nil {
			require.Empty(t, e.Full())
			return
		}
		require.Greater(t, r.Offset(), before)
		require.Equal(t, data[before:r.Offset()], e.Full())
		require.True(t, bytes.Contains(e.Full(), e.Content()))
		_ = e.Text()
		var fault error
		e.Octets(&fault)
		e.Bits()
		if e.Tag&Constructed != 0 && depth < 8 {
			fault = nil
			walk(t, e.Inside(&fault), data, depth+1)
		}
	}
}
