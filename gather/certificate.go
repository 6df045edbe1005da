package gather

import (
	"fmt"
	"slices"

	"github.com/transportcert/transportcert/internal/certificate"
)

// NewCertificate returns the facts in a DER certificate. HasPrivateKey,
// Services and Trust, which only a store or Exchange knows, stay unknown.
//
// Windows accepts certificates that Go's crypto/x509 rejects: negative serial
// numbers, unusual encodings, damaged extensions, trailing bytes. These are
// read as far as possible. The notes say what Go rejects and what was ignored;
// each is the end of a sentence that begins with the certificate's name. If the
// bytes are not a certificate, the error gives the byte offset and what was
// expected.
func NewCertificate(der []byte) (Certificate, []string, error) {
	c, err := certificate.Parse(der)
	if err != nil {
		return Certificate{}, nil, err
	}
	selfSigned := c.SelfSigned()
	notes := c.Notes
	if _, err := c.Go(); err != nil {
		notes = append(notes, fmt.Sprintf("is read leniently, because Go rejects it: %v", err))
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
