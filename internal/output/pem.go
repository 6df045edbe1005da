package output

import (
	"bytes"
	"cmp"
	"encoding/pem"
	"fmt"
	"io"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	x509 "github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/printable"
)

// pemFormat writes the certificates of the selection, by default those that the
// servers serve on X-ANONYMOUSTLS, as PEM: one alone as it is, several
// each below a line "# SERVER". So the first waits until a second comes or
// there is none.
type pemFormat struct {
	w     io.Writer
	which Selection
	first *pemBlock
	many  bool
}

type pemBlock struct {
	server string
	der    []byte
}

func (f *pemFormat) Write(c Checked) error {
	thumbprint, err := c.Decision.Thumbprint(cmp.Or(f.which.Scenario, evaluate.InboundAnonymous), f.which.Connector)
	if err != nil {
		return DocumentError{err}
	}
	if thumbprint == nil {
		return nil
	}
	der, err := loadedDER(c.Facts, *thumbprint)
	if err != nil {
		return DocumentError{err}
	}
	block := pemBlock{c.Server, der}
	switch {
	case f.many:
		return f.writeNamed(block)
	case f.first == nil:
		f.first = &block
		return nil
	}
	f.many = true
	return f.writeNamed(*f.first, block)
}

func (f *pemFormat) Close() error {
	if f.first == nil || f.many {
		return nil
	}
	_, err := f.w.Write(encode(f.first.der))
	return err
}

func (f *pemFormat) writeNamed(blocks ...pemBlock) error {
	var text bytes.Buffer
	for _, block := range blocks {
		fmt.Fprintf(&text, "# %s\n%s", printable.Line(block.server), encode(block.der))
	}
	_, err := f.w.Write(text.Bytes())
	return err
}

func encode(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// loadedDER returns the certificate as the document has it. It does not parse
// it, since Go refuses certificates that Windows accepts.
func loadedDER(document *gather.Document, thumbprint string) ([]byte, error) {
	for i, certificate := range document.Certificates {
		switch {
		case certificate.Thumbprint != thumbprint:
		case len(certificate.DER) == 0:
			return nil, fmt.Errorf("certificates[%d].der: expected the certificate %s, which %s loads, found nothing", i, thumbprint, document.Server)
		case x509.Thumbprint(certificate.DER) != thumbprint:
			return nil, fmt.Errorf("certificates[%d].der: expected the certificate %s, found one with the thumbprint %s", i, thumbprint, x509.Thumbprint(certificate.DER))
		default:
			return certificate.DER, nil
		}
	}
	return nil, fmt.Errorf("the document of %s has no certificate %s", document.Server, thumbprint)
}
