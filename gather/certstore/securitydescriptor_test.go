package certstore

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// ace is an access control entry: type, flags, size, mask, SID.
func ace(kind, flags byte, mask uint32, sid []byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{kind, flags}, uint16(8+len(sid)))
	return append(binary.LittleEndian.AppendUint32(b, mask), sid...)
}

// descriptor returns a self-relative security descriptor: its header, an owner
// and the access control list.
func descriptor(aces ...[]byte) []byte {
	owner := []byte{1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0} // S-1-5-32-544
	b := []byte{1, 0, 0x04, 0x80}
	for _, offset := range []uint32{20, 0, 0, 36} { // owner, group, SACL, DACL
		b = binary.LittleEndian.AppendUint32(b, offset)
	}
	list := slices.Concat(aces...)
	acl := binary.LittleEndian.AppendUint16([]byte{2, 0}, uint16(8+len(list)))
	acl = binary.LittleEndian.AppendUint16(acl, uint16(len(aces)))
	return slices.Concat(b, owner, acl, []byte{0, 0}, list)
}

func TestNetworkServiceMayRead(t *testing.T) {
	t.Parallel()
	system := []byte{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}             // S-1-5-18
	localService := []byte{1, 1, 0, 0, 0, 0, 0, 5, 19, 0, 0, 0}       // S-1-5-19
	longer := []byte{1, 2, 0, 0, 0, 0, 0, 5, 20, 0, 0, 0, 1, 0, 0, 0} // S-1-5-20-1
	const (
		fileRead = 0x00120089 // FILE_GENERIC_READ, as set by Enable-ExchangeCertificate
		full     = 0x001f01ff
		write    = 0x00000002
	)
	for name, test := range map[string]struct {
		descriptor []byte
		want       bool
	}{
		"no entry":                     {descriptor(), false},
		"read":                         {descriptor(ace(0, 0, full, system), ace(0, 0, fileRead, sidNetworkService)), true},
		"full":                         {descriptor(ace(0, 0, full, sidNetworkService)), true},
		"generic read":                 {descriptor(ace(0, 0, 0x80000000, sidNetworkService)), true},
		"generic all":                  {descriptor(ace(0, 0, 0x10000000, sidNetworkService)), true},
		"write alone":                  {descriptor(ace(0, 0, write, sidNetworkService)), false},
		"others":                       {descriptor(ace(0, 0, full, system), ace(0, 0, full, localService), ace(0, 0, full, longer)), false},
		"everybody":                    {descriptor(ace(0, 0, full, sidEveryone)), false},
		"denied, then granted":         {descriptor(ace(1, 0, fileRead, sidNetworkService), ace(0, 0, fileRead, sidNetworkService)), false},
		"granted, then denied":         {descriptor(ace(0, 0, fileRead, sidNetworkService), ace(1, 0, fileRead, sidNetworkService)), true},
		"denied to everybody":          {descriptor(ace(1, 0, 0x80000000, sidEveryone), ace(0, 0, fileRead, sidNetworkService)), false},
		"denied to who logged on":      {descriptor(ace(1, 0, full, sidAuthenticatedUsers), ace(0, 0, fileRead, sidNetworkService)), false},
		"denied to others":             {descriptor(ace(1, 0, full, localService), ace(0, 0, fileRead, sidNetworkService)), true},
		"denied to write":              {descriptor(ace(1, 0, write, sidNetworkService), ace(0, 0, fileRead, sidNetworkService)), true},
		"granted to what inherits":     {descriptor(ace(0, 0x0b, fileRead, sidNetworkService)), false},
		"inherited":                    {descriptor(ace(0, 0x10, fileRead, sidNetworkService)), true},
		"an entry of another kind":     {descriptor(ace(2, 0, fileRead, sidNetworkService)), false},
		"beyond the number of entries": {descriptor(append(ace(0, 0, full, system), ace(0, 0, fileRead, sidNetworkService)...)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := networkServiceMayRead(test.descriptor)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestSecurityDescriptorErrors(t *testing.T) {
	t.Parallel()
	whole := descriptor(ace(0, 0, 1, sidEveryone), ace(0, 0, 1, sidNetworkService))
	change := func(offset int, value byte) []byte {
		b := slices.Clone(whole)
		b[offset] = value
		return b
	}
	for name, test := range map[string]struct {
		descriptor []byte
		want       string
	}{
		"empty":           {nil, "expected 20 bytes or more, found 0"},
		"no DACL":         {change(2, 0), "it has no access control list"},
		"null DACL":       {change(16, 0), "it has no access control list"},
		"DACL outside":    {change(17, 1), "expected an access control list at byte 292, found the end"},
		"cut off":         {whole[:74], "access control entry 2 claims 20 bytes, found 10"},
		"fewer entries":   {whole[:64], "expected 2 access control entries, found 1"},
		"entry too long":  {change(46, 200), "access control entry 1 claims 200 bytes, found 40"},
		"entry too short": {change(46, 4), "access control entry 1 claims 4 bytes, found 40"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := networkServiceMayRead(test.descriptor)
			require.ErrorContains(t, err, test.want)
		})
	}
}
