package certstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/windows"

	"github.com/transportcert/transportcert/gather"
)

// These tests add their own certificates to the store LocalMachine\My, and
// ignore all others.

const (
	provider = "Microsoft Enhanced Cryptographic Provider v1.0"
	provRSA  = 1 // PROV_RSA_FULL
)

var (
	advapi32         = windows.NewLazySystemDLL("advapi32.dll")
	procGenKey       = advapi32.NewProc("CryptGenKey")
	procDestroyKey   = advapi32.NewProc("CryptDestroyKey")
	procSetProvParam = advapi32.NewProc("CryptSetProvParam")
	procSetProperty  = crypt32.NewProc("CertSetCertificateContextProperty")
	procSaveStore    = crypt32.NewProc("CertSaveStore")
	procLength       = advapi32.NewProc("GetSecurityDescriptorLength")
)

var (
	day      = 24 * time.Hour
	noon     = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	nobody   *certAndKey
	yes, not = true, false
)

type certAndKey struct {
	*x509.Certificate
	key *rsa.PrivateKey
}

// leafKey is shared by all certificates that issue no others, because creating
// it takes time. Keys are RSA: wine rejects an ECDSA signature if one of its
// two numbers is a byte shorter than the curve, which is about one in a
// hundred.
var leafKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// issue creates a certificate, self-signed if issuer is nobody. The name of a
// CA ends in CA.
func issue(t *testing.T, name string, issuer *certAndKey, from, until time.Time) *certAndKey {
	t.Helper()
	isCA := strings.HasSuffix(name, "CA")
	key, err := leafKey()
	if isCA {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA {
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	}
	parent, signer := template, key
	if issuer != nobody {
		parent, signer = issuer.Certificate, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &certAndKey{c, key}
}

// open opens a store of the local machine. Wine writes changes to the registry
// when the store is closed.
func open(t *testing.T, store string) (handle windows.Handle, closeStore func()) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(store)
	require.NoError(t, err)
	handle, err = windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, windows.CERT_SYSTEM_STORE_LOCAL_MACHINE, uintptr(unsafe.Pointer(name)))
	require.NoError(t, err)
	return handle, func() { require.NoError(t, windows.CertCloseStore(handle, 0)) }
}

// add adds a certificate with its properties to a store of the local machine
// until the test ends.
func add(t *testing.T, store string, c *certAndKey, properties ...func(*windows.CertContext)) {
	t.Helper()
	created, err := windows.CertCreateCertificateContext(windows.X509_ASN_ENCODING, &c.Raw[0], uint32(len(c.Raw)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, windows.CertFreeCertificateContext(created)) })
	for _, set := range properties {
		set(created)
	}
	handle, closeStore := open(t, store)
	defer closeStore()
	require.NoError(t, windows.CertAddCertificateContextToStore(handle, created, windows.CERT_STORE_ADD_REPLACE_EXISTING, nil))
	t.Cleanup(func() {
		handle, closeStore := open(t, store)
		defer closeStore()
		const anyEncoding, existing = windows.X509_ASN_ENCODING | windows.PKCS_7_ASN_ENCODING, 13 << 16 // CERT_FIND_EXISTING
		found, err := windows.CertFindCertificateInStore(handle, anyEncoding, 0, existing, unsafe.Pointer(created), nil)
		require.NoError(t, err)
		require.NoError(t, windows.CertDeleteCertificateFromStore(found))
	})
}

func setProperty(t *testing.T, c *windows.CertContext, id uint32, value unsafe.Pointer) {
	t.Helper()
	ok, _, err := procSetProperty.Call(uintptr(unsafe.Pointer(c)), uintptr(id), 0, uintptr(value))
	require.NotZero(t, ok, err)
}

func friendlyName(t *testing.T, name string) func(*windows.CertContext) {
	text, err := windows.UTF16FromString(name)
	require.NoError(t, err)
	return func(c *windows.CertContext) {
		setProperty(t, c, propertyFriendlyName, unsafe.Pointer(&windows.CryptDataBlob{Size: uint32(2 * len(text)), Data: (*byte)(unsafe.Pointer(&text[0]))}))
	}
}

// privateKeyIn sets the location of a certificate's private key.
func privateKeyIn(t *testing.T, container, provider string, providerType uint32) func(*windows.CertContext) {
	t.Helper()
	info := keyInfo{providerType: providerType, flags: windows.CRYPT_MACHINE_KEYSET, keySpec: 1}
	var err error
	info.container, err = windows.UTF16PtrFromString(container)
	require.NoError(t, err)
	info.provider, err = windows.UTF16PtrFromString(provider)
	require.NoError(t, err)
	return func(c *windows.CertContext) { setProperty(t, c, propertyKeyProviderInfo, unsafe.Pointer(&info)) }
}

// newKey creates a machine key with an access control list, until the test
// ends.
func newKey(t *testing.T, container, sddl string) {
	t.Helper()
	containerName, err := windows.UTF16PtrFromString(container)
	require.NoError(t, err)
	providerName, err := windows.UTF16PtrFromString(provider)
	require.NoError(t, err)
	const newKeyset, deleteKeyset = 0x8, 0x10
	remove := func() error {
		var none windows.Handle
		return windows.CryptAcquireContext(&none, containerName, providerName, provRSA, deleteKeyset|windows.CRYPT_MACHINE_KEYSET|windows.CRYPT_SILENT)
	}
	_ = remove() // left over from a run that was stopped
	var handle windows.Handle
	require.NoError(t, windows.CryptAcquireContext(&handle, containerName, providerName, provRSA, newKeyset|windows.CRYPT_MACHINE_KEYSET|windows.CRYPT_SILENT))
	t.Cleanup(func() { require.NoError(t, remove()) })
	defer windows.CryptReleaseContext(handle, 0)
	var key windows.Handle
	ok, _, err := procGenKey.Call(uintptr(handle), 1, 1024<<16, uintptr(unsafe.Pointer(&key)))
	require.NotZero(t, ok, err)
	procDestroyKey.Call(uintptr(key))
	descriptor, err := windows.SecurityDescriptorFromString(sddl)
	require.NoError(t, err)
	ok, _, err = procSetProvParam.Call(uintptr(handle), ppKeysetSecDescr, uintptr(unsafe.Pointer(descriptor)), daclInformation)
	require.NotZero(t, ok, err)
}

// gatherStore returns the certificates of the store by thumbprint.
func gatherStore(t *testing.T) (map[string]gather.Certificate, []string) {
	t.Helper()
	var reports []string
	doc := gather.Document{}
	require.NoError(t, LocalMachine{Now: noon, Report: func(s string) { reports = append(reports, s) }}.Gather(context.Background(), &doc))
	require.Equal(t, map[string]string{"certificates": `windows:LocalMachine\My`}, doc.Sources)
	found := map[string]gather.Certificate{}
	for _, c := range doc.Certificates {
		found[c.Thumbprint] = c
	}
	return found, reports
}

func thumbprint(t *testing.T, der []byte) string {
	t.Helper()
	c, _, err := gather.NewCertificate(der)
	require.NoError(t, err)
	return c.Thumbprint
}

func TestKeysOfTheStore(t *testing.T) {
	const others = "D:(A;;FA;;;SY)(A;;FA;;;BA)" // SYSTEM and Administrators
	for i, test := range []struct {
		name, sddl string
		want       []string
	}{
		{"read", others + "(A;;FR;;;NS)", []string{"SMTP"}},
		{"generic read", others + "(A;;GR;;;NS)", []string{"SMTP"}},
		{"full", others + "(A;;FA;;;NS)", []string{"SMTP"}},
		{"not granted", others, []string{}},
		{"granted to another", others + "(A;;FR;;;LS)", []string{}},
		{"denied", "D:(D;;FR;;;NS)(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;NS)", []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			container := fmt.Sprintf("transportcert-test-%d", i)
			newKey(t, container, test.sddl)
			c := issue(t, "EX01", nobody, noon, noon.Add(day))
			add(t, "MY", c, privateKeyIn(t, container, provider, provRSA), friendlyName(t, "Microsoft Exchange – "+test.name))

			found, reports := gatherStore(t)
			got := found[thumbprint(t, c.Raw)]
			require.Equal(t, &yes, got.HasPrivateKey)
			require.Equal(t, test.want, got.Services)
			require.Equal(t, "Microsoft Exchange – "+test.name, got.FriendlyName)
			require.Equal(t, c.Raw, got.DER)
			require.NotContains(t, strings.Join(reports, "\n"), got.Thumbprint)
		})
	}

	t.Run("no key", func(t *testing.T) {
		c := issue(t, "EX01", nobody, noon, noon.Add(day))
		add(t, "MY", c)
		found, _ := gatherStore(t)
		got := found[thumbprint(t, c.Raw)]
		require.Equal(t, &not, got.HasPrivateKey)
		require.Equal(t, []string{}, got.Services)
		require.Empty(t, got.FriendlyName)
	})

	// A key that is missing or whose provider is missing makes services
	// unknown.
	for name, providerType := range map[string]uint32{provider: provRSA, "Microsoft Software Key Storage Provider": 0} {
		t.Run("missing key, "+name, func(t *testing.T) {
			c := issue(t, "EX01", nobody, noon, noon.Add(day))
			add(t, "MY", c, privateKeyIn(t, "transportcert-test-gone", name, providerType))
			found, reports := gatherStore(t)
			got := found[thumbprint(t, c.Raw)]
			require.Equal(t, &yes, got.HasPrivateKey)
			require.Nil(t, got.Services)
			require.Contains(t, strings.Join(reports, "\n"), "certificate "+got.Thumbprint+": could not determine whether it is enabled for SMTP: ")
		})
	}
}

// CNG keys are read through their own provider. Wine has none, so the
// descriptor is that of another object.
func TestKeysOfCNG(t *testing.T) {
	certificate := issue(t, "EX01", nobody, noon, noon.Add(day))
	add(t, "MY", certificate, privateKeyIn(t, "te-0b8b2a4c", "Microsoft Software Key Storage Provider", 0))
	var info []byte
	require.NoError(t, eachCertificate(context.Background(), func(c *windows.CertContext) (err error) {
		if bytes.Equal(encoded(c), certificate.Raw) {
			info, _, err = property(c, propertyKeyProviderInfo)
		}
		return err
	}))
	require.NotEmpty(t, info)

	capi := func(*keyInfo) ([]byte, error) { return nil, errors.New("asked the older interface") }
	for sddl, want := range map[string][]string{
		"O:SYG:SYD:AI(A;ID;FA;;;BA)(A;ID;0x120089;;;NS)": {"SMTP"},
		"O:SYG:SYD:AI(A;ID;FA;;;BA)":                     {},
	} {
		got, err := keyServices(info, capi, func(info *keyInfo) ([]byte, error) {
			require.Equal(t, "te-0b8b2a4c", windows.UTF16PtrToString(info.container))
			require.Equal(t, "Microsoft Software Key Storage Provider", windows.UTF16PtrToString(info.provider))
			require.EqualValues(t, windows.CRYPT_MACHINE_KEYSET, info.flags)
			descriptor, err := windows.SecurityDescriptorFromString(sddl)
			require.NoError(t, err)
			size, _, _ := procLength.Call(uintptr(unsafe.Pointer(descriptor)))
			return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(descriptor)), size)), nil
		})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// The store as serialized by Windows has the same facts, as far as a file
// contains them.
func TestSerializedByWindows(t *testing.T) {
	withKey, without := issue(t, "EX01", nobody, noon, noon.Add(day)), issue(t, "EX02", nobody, noon, noon.Add(day))
	newKey(t, "transportcert-test-sst", "D:(A;;FA;;;BA)(A;;FR;;;NS)")
	add(t, "MY", withKey, privateKeyIn(t, "transportcert-test-sst", provider, provRSA), friendlyName(t, "Microsoft Exchange"))
	add(t, "MY", without)

	store, closeStore := open(t, "MY")
	defer closeStore()
	const encodings, asStore, toMemory = 0x10001, 1, 2
	save := func(blob *windows.CryptDataBlob) {
		ok, _, err := procSaveStore.Call(uintptr(store), encodings, asStore, toMemory, uintptr(unsafe.Pointer(blob)), 0)
		require.NotZero(t, ok, err)
	}
	blob := windows.CryptDataBlob{}
	save(&blob)
	data := make([]byte, blob.Size)
	blob.Data = &data[0]
	save(&blob)
	dir, err := os.MkdirTemp("", "certstore")
	require.NoError(t, err)
	path := filepath.Join(dir, "my.sst")
	require.NoError(t, os.WriteFile(path, data, 0o600))

	doc := gather.Document{}
	require.NoError(t, Files{Paths: []string{path}, Report: func(s string) { t.Error(s) }}.Gather(context.Background(), &doc))
	found, _ := gatherStore(t)
	require.Len(t, doc.Certificates, len(found))
	for _, got := range doc.Certificates {
		want := found[got.Thumbprint]
		want.Services, want.Trust = nil, gather.Trust{Chain: gather.ChainUnknown}
		require.Equal(t, want, got)
	}
	require.Equal(t, &yes, found[thumbprint(t, withKey.Raw)].HasPrivateKey)
	require.Equal(t, &not, found[thumbprint(t, without.Raw)].HasPrivateKey)
}

func TestStoreErrors(t *testing.T) {
	add(t, "MY", issue(t, "EX01", nobody, noon, noon.Add(day)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := LocalMachine{Now: noon}.Gather(ctx, &gather.Document{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, `certificate store LocalMachine\My: `)
	_, err = keyServices(make([]byte, 8), nil, nil)
	require.ErrorContains(t, err, "too short")
}
