package directory

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Flags of DsGetDcName.
const (
	dsDirectoryServiceRequired = 0x00000010
	dsReturnDNSName            = 0x40000000
)

var procDsGetDcName = windows.NewLazySystemDLL("netapi32.dll").NewProc("DsGetDcNameW")

// domainControllerInfo is the beginning of DOMAIN_CONTROLLER_INFOW.
type domainControllerInfo struct{ name *uint16 }

// DomainController returns the DNS name of a domain controller of this
// computer's domain, as chosen by Windows (DsGetDcName).
func DomainController() (string, error) {
	const step = "looking for a domain controller (DsGetDcName)"
	if err := procDsGetDcName.Find(); err != nil {
		return "", fmt.Errorf("%s: %w", step, err)
	}
	var info *domainControllerInfo
	const flags = dsDirectoryServiceRequired | dsReturnDNSName
	if code, _, _ := procDsGetDcName.Call(0, 0, 0, 0, flags, uintptr(unsafe.Pointer(&info))); code != 0 {
		return "", fmt.Errorf("%s: %w", step, syscall.Errno(code))
	}
	defer windows.NetApiBufferFree((*byte)(unsafe.Pointer(info)))
	name := strings.TrimPrefix(windows.UTF16PtrToString(info.name), `\\`)
	if name = strings.TrimSuffix(name, "."); name == "" {
		return "", fmt.Errorf("%s: %w", step, errors.New("it has no name"))
	}
	return name, nil
}
