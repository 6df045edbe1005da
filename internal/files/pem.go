package files

import (
	"bytes"
	"encoding/pem"
	"errors"
)

const pemBegin = "-----BEGIN "

// ErrPEM is the error for a block whose BEGIN or END line, header or base64 is
// damaged.
var ErrPEM = errors.New("damaged PEM: expected base64 and an END line that matches the BEGIN line")

// A Block is a block of a PEM file.
type Block struct {
	pem.Block
	Err error // ErrPEM, with all other fields empty; nil: not damaged
}

// PEM returns every block of a PEM file, in order, and ignores other text. A
// file that is not text, or text without a block, has none. The encodings are
// those of Text, and there can be a byte order mark before each block, as in
// concatenated files.
func PEM(data []byte) ([]Block, error) {
	text, err := Text(data)
	if err != nil {
		return nil, err
	}
	var blocks []Block
	for _, part := range bytes.Split(text, []byte(pemBegin))[1:] {
		// One at a time, because package pem skips what it cannot read.
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
