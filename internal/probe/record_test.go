package probe

import (
	"bytes"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// record is a TLS record (RFC 5246, 6.2.1).
func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

// message is a handshake message (RFC 5246, 7.4), or part of one: a length of
// three bytes followed by the body.
func message(before, body []byte) []byte {
	return slices.Concat(before, []byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body)
}

func TestRecordedCertificates(t *testing.T) {
	t.Parallel()
	leaf, issuer := bytes.Repeat([]byte("leaf"), 300), []byte("issuer")
	hello := message([]byte{2}, []byte("server hello"))
	certificate := message([]byte{11}, message(nil, slices.Concat(message(nil, leaf), message(nil, issuer))))
	both := slices.Concat(hello, certificate)
	for name, received := range map[string][]byte{
		"one record":      record(22, both),
		"a record each":   slices.Concat(record(22, hello), record(22, certificate)),
		"split anywhere":  slices.Concat(record(22, both[:20]), record(22, both[20:600]), record(22, both[600:])),
		"more thereafter": slices.Concat(record(22, both), record(22, message([]byte{12}, []byte("key"))), record(20, []byte{1}), []byte{22, 3}),
	} {
		require.Equal(t, [][]byte{leaf, issuer}, (&recorder{received: received}).certificates(), name)
	}
	empty := message([]byte{11}, message(nil, nil))
	for name, received := range map[string][]byte{
		"nothing":             nil,
		"an alert":            record(21, []byte{2, 40}),
		"no certificate":      record(22, hello),
		"an empty list":       record(22, empty),
		"half a record":       record(22, both)[:700],
		"half a message":      record(22, both[:700]),
		"a list that is less": record(22, message([]byte{11}, append(message(nil, message(nil, leaf)), 0))),
		"a list that is more": record(22, message([]byte{11}, []byte{0, 0, 9, 0, 0, 1})),
		"half a certificate":  record(22, message([]byte{11}, message(nil, []byte{0, 1, 0, 1}))),
		"no length":           record(22, message([]byte{11}, message(nil, []byte{0, 1}))),
	} {
		require.Empty(t, (&recorder{received: received}).certificates(), name)
	}
}

func TestRecorderIsBounded(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		for range 100 {
			_, _ = server.Write(make([]byte, 16<<10))
		}
	}()
	r := &recorder{Conn: client}
	n, err := io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.EqualValues(t, 100*16<<10, n)
	require.LessOrEqual(t, len(r.received), maxRecorded)
}

// The recorded certificates lie one after the other in the received data.
func FuzzRecordedCertificates(f *testing.F) {
	f.Add(record(22, message([]byte{11}, message(nil, message(nil, []byte("leaf"))))))
	f.Add(record(22, message([]byte{2}, []byte("server hello"))))
	f.Fuzz(func(t *testing.T, received []byte) {
		total := 0
		for _, der := range (&recorder{received: received}).certificates() {
			total += 3 + len(der)
		}
		require.LessOrEqual(t, total, len(received))
	})
}
