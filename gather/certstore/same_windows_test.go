package certstore_test

import (
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/windows"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
)

var procAddElement = windows.NewLazySystemDLL("crypt32.dll").NewProc("CertAddSerializedElementToStore")

// Like TestSameFacts, for the store itself: Windows imports the serialized
// store of the fixtures into LocalMachine\My. The keys are not imported, so
// services are unknown.
func TestSameFactsFromWindows(t *testing.T) {
	openMy := func() (store windows.Handle, closeStore func()) {
		name, err := windows.UTF16PtrFromString("MY")
		require.NoError(t, err)
		store, err = windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, windows.CERT_SYSTEM_STORE_LOCAL_MACHINE, uintptr(unsafe.Pointer(name)))
		require.NoError(t, err)
		return store, func() { require.NoError(t, windows.CertCloseStore(store, 0)) }
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "store", "sst", "ex01.sst"))
	require.NoError(t, err)
	my, closeMy := openMy()
	for offset := 8; len(data)-offset > 12; {
		_, next, err := certstore.ReadElement(data, offset)
		require.NoError(t, err)
		const certificates = 2 // CERT_STORE_CERTIFICATE_CONTEXT_FLAG
		ok, _, err := procAddElement.Call(uintptr(my), uintptr(unsafe.Pointer(&data[offset])), uintptr(next-offset), windows.CERT_STORE_ADD_REPLACE_EXISTING, 0, certificates, 0, 0)
		require.NotZero(t, ok, err)
		offset = next
	}
	closeMy()

	want, found := exported(t), 0
	t.Cleanup(func() {
		my, closeMy := openMy()
		defer closeMy()
		for thumbprint := range want {
			hash, err := hex.DecodeString(thumbprint)
			require.NoError(t, err)
			blob := windows.CryptHashBlob{Size: uint32(len(hash)), Data: &hash[0]}
			c, err := windows.CertFindCertificateInStore(my, windows.X509_ASN_ENCODING, 0, windows.CERT_FIND_SHA1_HASH, unsafe.Pointer(&blob), nil)
			require.NoError(t, err)
			require.NoError(t, windows.CertDeleteCertificateFromStore(c))
		}
	})

	doc := gather.Document{}
	require.NoError(t, certstore.LocalMachine{Now: time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)}.Gather(context.Background(), &doc))
	var mine []gather.Certificate
	for _, got := range doc.Certificates {
		c, ok := want[got.Thumbprint]
		if !ok {
			continue // another test's
		}
		found++
		mine = append(mine, got)
		if c.Services = nil; !*c.HasPrivateKey {
			c.Services = []string{}
		}
		c.Trust = got.Trust
		require.Equal(t, c, got)
	}
	require.Equal(t, len(want), found)
	sameTrust(t, mine)
}
