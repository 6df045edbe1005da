package files

import (
	"bytes"
	"encoding/pem"
	"errors"
)

const pemBegin = "-----BEGIN "

// ErrPEM is the fault of a block whose begin or end line, header or base64 is
// damaged.
var ErrPEM = errors.New("damaged PEM: expected base64 and an END line with the words of the BEGIN line")

// A Block is a block of a PEM file.
type Block struct {
	pem.Block
	Err error // ErrPEM; then there is nothing else
}

// PEM returns every block of a PEM file, in order, whatever text stands between
// them. A file that is not text at all, or text without a block, has none. The
// encodings are those of Text, and a byte order mark can stand before each block,
// as in files that were put together.
func PEM(data []byte) ([]Block, error) {
	text, err := Text(data)
	if err != nil {
		return nil, err
	}
	var blocks []Block
	for _, part := range bytes.Split(text, []byte(pemBegin))[1:] {
		// One at a time, since package pem skips what it cannot read.
		begun := append([]byte(pemBegin), part...)
		block, _ := pem.Decode(begun)
		clear(begun) // it may be a private key
		if block == nil {
			blocks = append(blocks, Block{Err: ErrPEM})
			continue
		}
		blocks = append(blocks, Block{Block: *block})
	}
	return blocks, nil
}
