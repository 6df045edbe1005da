package gather

import (
	"fmt"
	"slices"

	"github.com/transportcert/transportcert/internal/certificate"
)

// NewCertificate returns the facts that the DER of a certificate tells. What
// only a store or Exchange knows stays unknown: HasPrivateKey, Services and
// Trust.
//
// Windows accepts certificates that Go's crypto/x509 refuses: negative serial
// numbers, odd encodings, damaged extensions, bytes after the certificate. They
// are read here as far as they go. The notes, each the end of a sentence that
// begins with the certificate's name, say what Go refuses and what was left
// out. The error, with the byte offset and what was expected, is for bytes that
// are no certificate.
func NewCertificate(der []byte) (Certificate, []string, error) {
	c, err := certificate.Parse(der)
	if err != nil {
		return Certificate{}, nil, err
	}
	selfSigned := c.SelfSigned()
	notes := c.Notes
	if _, err := c.Go(); err != nil {
		notes = append(notes, fmt.Sprintf("is read leniently, since Go refuses it: %v", err))
	}
	return Certificate{
		Thumbprint:         certificate.Thumbprint(c.DER),
		Version:            c.Version,
		Subject:            c.Subject,
		Issuer:             c.Issuer,
		SerialNumber:       fmt.Sprintf("%X", c.SerialNumber),
		SubjectCommonNames: c.CommonNames,
		DNSNames:           c.DNSNames,
		NotBefore:          c.NotBefore.Format(TimeFormat),
		NotAfter:           c.NotAfter.Format(TimeFormat),
		SelfSigned:         selfSigned,
		Trust:              Trust{Chain: ChainUnknown},
		KeyAlgorithm:       c.KeyAlgorithm,
		KeyBits:            c.KeyBits,
		SignatureAlgorithm: c.SignatureAlgorithm,
		DER:                slices.Clone(c.DER),
		ExtendedKeyUsages:  ExtendedKeyUsages{Gathered: !c.UsagesUnknown, OIDs: c.ExtendedKeyUsages},
	}, notes, nil
}
