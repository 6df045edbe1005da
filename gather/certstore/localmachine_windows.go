package certstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/transportcert/transportcert/gather"
)

// errnoNotFound is CRYPT_E_NOT_FOUND: the end of the store or of the
// properties.
const errnoNotFound = syscall.Errno(windows.CRYPT_E_NOT_FOUND)

var (
	crypt32         = windows.NewLazySystemDLL("crypt32.dll")
	procGetProperty = crypt32.NewProc("CertGetCertificateContextProperty")
)

// Gather replaces the document's certificates with those of the store. It fails
// if the store cannot be read completely or contains an object that is not a
// certificate. A key whose access control list cannot be read is reported.
func (m LocalMachine) Gather(ctx context.Context, doc *gather.Document) error {
	certificates := []gather.Certificate{}
	err := eachCertificate(ctx, func(c *windows.CertContext) error {
		if len(certificates) == maxCertificates {
			return fmt.Errorf("it contains more than %d certificates", maxCertificates)
		}
		certificate, err := m.certificate(c)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", len(certificates)+1, err)
		}
		certificates = append(certificates, certificate)
		return nil
	})
	if err != nil {
		return fmt.Errorf(`certificate store LocalMachine\My: %w`, err)
	}
	doc.Certificates = certificates
	doc.SetSource("certificates", `windows:LocalMachine\My`)
	return nil
}

// eachCertificate calls visit for every certificate of the store.
func eachCertificate(ctx context.Context, visit func(*windows.CertContext) error) error {
	name, err := windows.UTF16PtrFromString("MY")
	if err != nil {
		return err
	}
	const flags = windows.CERT_SYSTEM_STORE_LOCAL_MACHINE | windows.CERT_STORE_READONLY_FLAG | windows.CERT_STORE_OPEN_EXISTING_FLAG
	store, err := windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, uintptr(unsafe.Pointer(name)))
	if err != nil {
		return fmt.Errorf("open it: %w", err)
	}
	defer windows.CertCloseStore(store, 0)
	var c *windows.CertContext
	for {
		c, err = windows.CertEnumCertificatesInStore(store, c) // frees the previous one
		if c == nil {
			if errors.Is(err, errnoNotFound) || errors.Is(err, windows.ERROR_NO_MORE_FILES) {
				return nil
			}
			return fmt.Errorf("read it: %w", err)
		}
		if err = ctx.Err(); err == nil {
			err = visit(c)
		}
		if err != nil {
			windows.CertFreeCertificateContext(c)
			return err
		}
	}
}

// certificate returns the facts of one certificate of the store.
func (m LocalMachine) certificate(c *windows.CertContext) (gather.Certificate, error) {
	certificate, notes, err := gather.NewCertificate(encoded(c))
	if err != nil {
		return certificate, err
	}
	for _, note := range notes {
		m.Report.Sentence("certificate %s %s", certificate.Thumbprint, note)
	}
	element := Element{Properties: map[uint32][]byte{}}
	for _, id := range []uint32{propertyKeyProviderInfo, propertyFriendlyName} {
		value, ok, err := property(c, id)
		if err != nil {
			return certificate, fmt.Errorf("%s: property %d: %w", certificate.Thumbprint, id, err)
		}
		if ok {
			element.Properties[id] = value
		}
	}
	if certificate.FriendlyName, err = element.FriendlyName(); err != nil {
		m.Report.Sentence("certificate %s: ignored its %v", certificate.Thumbprint, err)
	}
	hasKey := element.HasPrivateKey()
	certificate.HasPrivateKey = &hasKey
	certificate.Services = []string{} // without a key there is nothing to grant
	if hasKey {
		certificate.Services, err = keyServices(element.Properties[propertyKeyProviderInfo], capiDescriptor, cngDescriptor)
		if err != nil {
			m.Report.Sentence("certificate %s: could not determine whether it is enabled for SMTP: %v", certificate.Thumbprint, err)
		}
	}
	certificate.Trust = windowsTrust(c, m.Now)
	return certificate, nil
}

// encoded returns a copy of the certificate's DER.
func encoded(c *windows.CertContext) []byte {
	return slices.Clone(unsafe.Slice(c.EncodedCert, c.Length))
}

// property returns a property of a certificate, and whether the certificate has
// it.
func property(c *windows.CertContext, id uint32) ([]byte, bool, error) {
	var size uint32
	get := func(buffer unsafe.Pointer) error {
		if ok, _, err := procGetProperty.Call(uintptr(unsafe.Pointer(c)), uintptr(id), uintptr(buffer), uintptr(unsafe.Pointer(&size))); ok == 0 {
			return err
		}
		return nil
	}
	if err := get(nil); errors.Is(err, errnoNotFound) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	if size == 0 {
		return nil, true, nil
	}
	// Whole words: some properties are structures with pointers.
	words := make([]uint64, (size+7)/8)
	if err := get(unsafe.Pointer(&words[0])); err != nil {
		return nil, false, err
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), size), true, nil
}
