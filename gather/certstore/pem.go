package certstore

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

var pemBegin = []byte("-----BEGIN ")

// readPEM reads every block of a PEM file, whatever text stands between them.
func readPEM(data []byte) (contents, error) {
	var held contents
	begun, blocks := bytes.Count(data, pemBegin), 0
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		blocks++
		if err := held.addBlock(block); err != nil {
			held.note("left out PEM block %d, %.60q: %v", blocks, block.Type, err)
		}
		clear(block.Bytes)
	}
	if blocks < begun {
		held.note("left out %d of %d PEM blocks: they are damaged or cut off", begun-blocks, begun)
	}
	if len(held.entries) == 0 && len(held.keys) == 0 {
		return contents{}, errors.New("it holds no certificate and no private key:\n    " + strings.Join(held.notes, "\n    "))
	}
	return held, nil
}

func (c *contents) addBlock(block *pem.Block) error {
	switch block.Type {
	case "CERTIFICATE", "X509 CERTIFICATE":
		c.entries = append(c.entries, entry{der: slices.Clone(block.Bytes)})
	case "TRUSTED CERTIFICATE":
		// openssl's own format: the certificate, then what it is trusted for.
		data := cryptobyte.String(block.Bytes)
		var der cryptobyte.String
		if !data.ReadASN1Element(&der, asn1.SEQUENCE) {
			return errors.New("expected DER")
		}
		c.entries = append(c.entries, entry{der: slices.Clone(der)})
	case "PKCS7", "CMS":
		inner, err := readPKCS7(block.Bytes)
		if err != nil {
			return err
		}
		c.entries = append(c.entries, inner.entries...)
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
