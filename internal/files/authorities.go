package files

import (
	"crypto/x509"
	"fmt"
)

// maxAuthorities limits the size of a file of CA certificates, in bytes.
const maxAuthorities = 16 << 20

// Authorities reads the CA certificates of a PEM file that verify a host.
// skipped gives the reason for each block that is skipped. An error names the
// path; a file without a certificate is an error.
func Authorities(path string) (pool *x509.CertPool, skipped []string, err error) {
	data, err := Read(path, maxAuthorities)
	if err != nil {
		return nil, nil, err
	}
	blocks, err := PEM(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	pool = x509.NewCertPool()
	for i, block := range blocks {
		certificate, err := block.certificate()
		if err != nil {
			skipped = append(skipped, fmt.Sprintf("PEM block %d of %d: %v", i+1, len(blocks), err))
			continue
		}
		pool.AddCert(certificate)
	}
	if len(skipped) == len(blocks) {
		return nil, nil, fmt.Errorf("%s: expected PEM certificates, found no usable one%s", path, first(skipped))
	}
	return pool, skipped, nil
}

// first returns the first reason, formatted to follow an error.
func first(reasons []string) string {
	if len(reasons) == 0 {
		return ""
	}
	return ": " + reasons[0]
}

func (b Block) certificate() (*x509.Certificate, error) {
	if b.Err != nil {
		return nil, b.Err
	}
	if b.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("expected a CERTIFICATE, found %.60q", b.Type)
	}
	return x509.ParseCertificate(b.Bytes)
}
