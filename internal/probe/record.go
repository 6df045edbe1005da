package probe

import "net"

// maxRecorded limits what is kept of a handshake, in bytes: a TLS message can
// have 16 MiB, but chains have a few thousand bytes.
const maxRecorded = 512 << 10

// A recorder keeps what a server sends during the handshake. If the handshake
// fails, crypto/tls says why, but not which certificates were served.
type recorder struct {
	net.Conn
	received []byte
}

func (r *recorder) Read(data []byte) (int, error) {
	n, err := r.Conn.Read(data)
	if len(r.received)+n <= maxRecorded {
		r.received = append(r.received, data[:n]...)
	}
	return n, err
}

// certificates returns the chain in DER if the server sent it unencrypted, as
// in TLS 1.2 and earlier (RFC 5246, 6.2.1, 7.4 and 7.4.2), and otherwise nil.
func (r *recorder) certificates() [][]byte {
	const (
		handshakeRecord    = 22
		certificateMessage = 11
	)
	var messages []byte
	for rest := r.received; len(rest) >= 5 && rest[0] == handshakeRecord; {
		body, after, ok := cut(rest[5:], int(rest[3])<<8|int(rest[4]))
		if !ok {
			break
		}
		messages, rest = append(messages, body...), after
	}
	for len(messages) >= 4 {
		body, after, ok := cut(messages[4:], uint24(messages[1:]))
		if !ok {
			return nil
		}
		if messages[0] == certificateMessage {
			return certificateList(body)
		}
		messages = after
	}
	return nil
}

func certificateList(body []byte) [][]byte {
	if len(body) < 3 || uint24(body) != len(body)-3 {
		return nil
	}
	var chain [][]byte
	for list := body[3:]; len(list) > 0; {
		if len(list) < 3 {
			return nil
		}
		der, after, ok := cut(list[3:], uint24(list))
		if !ok {
			return nil
		}
		chain, list = append(chain, der), after
	}
	return chain
}

func uint24(data []byte) int { return int(data[0])<<16 | int(data[1])<<8 | int(data[2]) }

func cut(data []byte, n int) (head, rest []byte, ok bool) {
	if n > len(data) {
		return nil, nil, false
	}
	return data[:n], data[n:], true
}
