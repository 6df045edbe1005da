package certstore

import (
	"errors"
	"fmt"
	"strings"

	"github.com/transportcert/transportcert/internal/files"
)

// readPEM reads the blocks of a PEM file.
func readPEM(blocks []files.Block, password passwords) (contents, error) {
	var held contents
	for i, block := range blocks {
		if block.Err != nil {
			held.note("skipped PEM block %d of %d: %v", i+1, len(blocks), block.Err)
			continue
		}
		if err := held.addBlock(block, password); err != nil {
			held.note("skipped PEM block %d of %d, %.60q: %v", i+1, len(blocks), block.Type, err)
		}
		clear(block.Bytes)
	}
	if len(held.entries) == 0 && len(held.keys) == 0 {
		return contents{}, errors.New("it contains no certificate and no private key: " + strings.Join(held.notes, "; "))
	}
	return held, nil
}

func (c *contents) addBlock(block files.Block, password passwords) error {
	switch block.Type {
	case "CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "CMS", "PKCS12":
		// certutil -encode writes BEGIN CERTIFICATE around every kind of file.
		inner, err := readBinary(block.Bytes, password)
		if err != nil {
			return err
		}
		c.entries = append(c.entries, inner.entries...)
		c.keys = append(c.keys, inner.keys...)
		c.notes = append(c.notes, inner.notes...)
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
		if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return errEncryptedKey
		}
		key, err := privateKey(block.Bytes)
		if err != nil {
			return err
		}
		c.keys = append(c.keys, key)
	case "ENCRYPTED PRIVATE KEY":
		return errEncryptedKey
	default:
		return fmt.Errorf("expected a certificate or a private key")
	}
	return nil
}
