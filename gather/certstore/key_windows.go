package certstore

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// From wincrypt.h and ncrypt.h.
const (
	ppKeysetSecDescr       = 8
	daclInformation        = 4
	ncryptMachineKey       = 0x20
	ncryptSilent           = 0x40
	ncryptSecurityProperty = "Security Descr"
	maxDescriptor          = 64 << 10 // bytes: the most that an access control list can have
)

var (
	procGetProvParam = windows.NewLazySystemDLL("advapi32.dll").NewProc("CryptGetProvParam")

	ncrypt           = windows.NewLazySystemDLL("ncrypt.dll")
	procOpenProvider = ncrypt.NewProc("NCryptOpenStorageProvider")
	procOpenKey      = ncrypt.NewProc("NCryptOpenKey")
	procGetKeyValue  = ncrypt.NewProc("NCryptGetProperty")
	procFreeObject   = ncrypt.NewProc("NCryptFreeObject")
)

// keyInfo is CRYPT_KEY_PROV_INFO: the location of a certificate's private key.
type keyInfo struct {
	container    *uint16
	provider     *uint16
	providerType uint32 // 0: the provider is one of CNG, the newer interface
	flags        uint32
	_            uint32
	_            uintptr
	keySpec      uint32
}

// A descriptorReader returns the security descriptor of a private key.
type descriptorReader func(*keyInfo) ([]byte, error)

// keyServices returns the Exchange services for which a certificate is enabled
// according to its key's access control list: SMTP or none. It is nil, with an
// error, if the list cannot be read. property is the certificate's
// CERT_KEY_PROV_INFO_PROP_ID.
func keyServices(property []byte, capi, cng descriptorReader) ([]string, error) {
	if uintptr(len(property)) < unsafe.Sizeof(keyInfo{}) {
		return nil, errors.New("the store's record of its private key is too short")
	}
	info := (*keyInfo)(unsafe.Pointer(&property[0]))
	read := capi
	if info.providerType == 0 {
		read = cng
	}
	descriptor, err := read(info)
	runtime.KeepAlive(property) // it holds the strings of info
	if err != nil {
		return nil, err
	}
	smtp, err := networkServiceMayRead(descriptor)
	switch {
	case err != nil:
		return nil, err
	case smtp:
		return []string{"SMTP"}, nil
	}
	return []string{}, nil
}

// capiDescriptor asks the cryptographic service provider that holds the key.
// The context is opened with the key's own flags: without the flag for machine
// keys, it would open a key of the same name that belongs to the user.
func capiDescriptor(info *keyInfo) ([]byte, error) {
	var provider windows.Handle
	flags := info.flags&windows.CRYPT_MACHINE_KEYSET | windows.CRYPT_SILENT
	if err := windows.CryptAcquireContext(&provider, info.container, info.provider, info.providerType, flags); err != nil {
		return nil, fmt.Errorf("open its private key: %w", err)
	}
	defer windows.CryptReleaseContext(provider, 0)
	descriptor := make([]byte, maxDescriptor)
	size := uint32(len(descriptor))
	if ok, _, err := procGetProvParam.Call(uintptr(provider), ppKeysetSecDescr, uintptr(unsafe.Pointer(&descriptor[0])), uintptr(unsafe.Pointer(&size)), daclInformation); ok == 0 {
		return nil, fmt.Errorf("read the access control list of its private key: %w", err)
	}
	return descriptor[:size], nil
}

// cngDescriptor asks the key storage provider that holds the key.
func cngDescriptor(info *keyInfo) ([]byte, error) {
	if err := procGetKeyValue.Find(); err != nil {
		return nil, err
	}
	var provider, key windows.Handle
	if status, _, _ := procOpenProvider.Call(uintptr(unsafe.Pointer(&provider)), uintptr(unsafe.Pointer(info.provider)), 0); status != 0 {
		return nil, fmt.Errorf("open the provider of its private key: %w", syscall.Errno(status))
	}
	defer procFreeObject.Call(uintptr(provider))
	flags := info.flags&ncryptMachineKey | ncryptSilent
	if status, _, _ := procOpenKey.Call(uintptr(provider), uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(info.container)), 0, uintptr(flags)); status != 0 {
		return nil, fmt.Errorf("open its private key: %w", syscall.Errno(status))
	}
	defer procFreeObject.Call(uintptr(key))
	name, err := windows.UTF16PtrFromString(ncryptSecurityProperty)
	if err != nil {
		return nil, err
	}
	descriptor := make([]byte, maxDescriptor)
	var size uint32
	if status, _, _ := procGetKeyValue.Call(uintptr(key), uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&descriptor[0])), uintptr(len(descriptor)), uintptr(unsafe.Pointer(&size)), daclInformation|ncryptSilent); status != 0 {
		return nil, fmt.Errorf("read the access control list of its private key: %w", syscall.Errno(status))
	}
	return descriptor[:min(int(size), len(descriptor))], nil
}
