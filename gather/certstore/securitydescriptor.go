package certstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Rights in an access control entry that permit reading a private key. Windows
// maps generic rights when it stores an entry, but not every key store does.
const (
	rightReadData    = 0x00000001 // FILE_READ_DATA, and KEY_QUERY_VALUE for keys in the registry
	rightGenericAll  = 0x10000000
	rightGenericRead = 0x80000000
)

// Fields of a self-relative security descriptor ([MS-DTYP], 2.4.6) and of its
// parts.
const (
	descriptorSize = 20
	daclPresent    = 0x0004
	daclOffset     = 16
	aclSize        = 8
	aceSize        = 8 // type, flags, size and mask; the SID follows
	aceAllow       = 0
	aceDeny        = 1
	aceInheritOnly = 0x08
)

// The accounts that matter here, as the bytes of their SIDs: revision, number
// of subauthorities, authority, subauthorities.
var (
	sidNetworkService     = []byte{1, 1, 0, 0, 0, 0, 0, 5, 20, 0, 0, 0} // S-1-5-20
	sidEveryone           = []byte{1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}  // S-1-1-0
	sidAuthenticatedUsers = []byte{1, 1, 0, 0, 0, 0, 0, 5, 11, 0, 0, 0} // S-1-5-11
)

// networkServiceMayRead reports whether the security descriptor of a private
// key grants NETWORK SERVICE the right to read it, as
// Enable-ExchangeCertificate does. A right for everyone is no evidence of that.
// An entry that denies the right also counts for the groups that include
// NETWORK SERVICE. The first entry about the right decides.
func networkServiceMayRead(descriptor []byte) (bool, error) {
	if len(descriptor) < descriptorSize {
		return false, fmt.Errorf("security descriptor: expected %d bytes or more, found %d", descriptorSize, len(descriptor))
	}
	start := binary.LittleEndian.Uint32(descriptor[daclOffset:])
	if binary.LittleEndian.Uint16(descriptor[2:])&daclPresent == 0 || start == 0 {
		return false, errors.New("security descriptor: it has no access control list, which lets everyone read the key")
	}
	if uint64(start)+aclSize > uint64(len(descriptor)) {
		return false, fmt.Errorf("security descriptor: expected an access control list at byte %d, found the end", start)
	}
	acl := descriptor[start:]
	count := binary.LittleEndian.Uint16(acl[4:])
	rest := acl[aclSize:]
	for i := range count {
		if len(rest) < aceSize {
			return false, fmt.Errorf("security descriptor: expected %d access control entries, found %d", count, i)
		}
		size := int(binary.LittleEndian.Uint16(rest[2:]))
		if size < aceSize || size > len(rest) {
			return false, fmt.Errorf("security descriptor: access control entry %d claims %d bytes, found %d", i+1, size, len(rest))
		}
		ace := rest[:size]
		rest = rest[size:]
		mask := binary.LittleEndian.Uint32(ace[4:])
		if ace[1]&aceInheritOnly != 0 || mask&(rightReadData|rightGenericAll|rightGenericRead) == 0 {
			continue
		}
		account := func(sid []byte) bool { return slices.Equal(ace[aceSize:min(size, aceSize+len(sid))], sid) }
		switch {
		case ace[0] == aceAllow && account(sidNetworkService):
			return true, nil
		case ace[0] == aceDeny && (account(sidNetworkService) || account(sidEveryone) || account(sidAuthenticatedUsers)):
			return false, nil
		}
	}
	return false, nil
}
