package certstore

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// storeProperty returns a property of a serialized store.
func storeProperty(id uint32, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, id)
	b = binary.LittleEndian.AppendUint32(b, 1)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(data))), data...)
}

func TestReadElement(t *testing.T) {
	t.Parallel()
	name := []byte{'B', 0, 0xfc, 0, 0x3d, 0xd8, 0xe7, 0xdc, 0, 0} // Bü📧
	data := slices.Concat([]byte("SST"),
		storeProperty(11, name...), storeProperty(2), storeProperty(92, 0, 8, 0, 0), storeProperty(32, 1, 2, 3),
		storeProperty(33, 9), storeProperty(34), storeProperty(32, 7))

	e, next, err := ReadElement(data, 3)
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2, 3}, e.Certificate)
	require.Equal(t, map[uint32][]byte{11: name, 2: {}, 92: {0, 8, 0, 0}}, e.Properties)
	require.True(t, e.HasPrivateKey())
	text, err := e.FriendlyName()
	require.NoError(t, err)
	require.Equal(t, "Bü\U0001F4E7", text)
	require.Equal(t, 3+22+12+16+15, next)

	for range 2 { // a CRL, a CTL
		e, next, err = ReadElement(data, next)
		require.NoError(t, err)
		require.Nil(t, e.Certificate)
	}

	e, next, err = ReadElement(data, next)
	require.NoError(t, err)
	require.Equal(t, []byte{7}, e.Certificate)
	require.False(t, e.HasPrivateKey())
	text, err = e.FriendlyName()
	require.NoError(t, err)
	require.Empty(t, text)
	require.Equal(t, len(data), next)
}

func TestReadElementErrors(t *testing.T) {
	t.Parallel()
	long := storeProperty(11, 1, 2)
	binary.LittleEndian.PutUint32(long[8:], 0xffffffff)
	for _, test := range []struct {
		data   []byte
		offset int
		want   string
	}{
		{nil, 0, "byte 0: expected a certificate property (a header of 12 bytes and its data), found 0 bytes"},
		{[]byte("SST"), 3, "byte 3: expected a certificate property (a header of 12 bytes and its data), found 0 bytes"},
		{storeProperty(11, 1)[:11], 0, "byte 0: expected a certificate property (a header of 12 bytes and its data), found 11 bytes"},
		{storeProperty(11, 1), 0, "byte 13: expected a certificate property (a header of 12 bytes and its data), found 0 bytes"},
		{storeProperty(32, 1, 2)[:13], 0, "byte 0: property 32 claims 2 bytes of data, found 1"},
		{slices.Concat(storeProperty(2), long), 0, "byte 12: property 11 claims 4294967295 bytes of data, found 2"},
	} {
		_, _, err := ReadElement(test.data, test.offset)
		require.EqualError(t, err, test.want)
	}
}

func TestFriendlyName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		data []byte
		want string
	}{
		{nil, ""},
		{[]byte{0, 0}, ""},
		{[]byte{'x', 0}, "x"},
		{[]byte{'x', 0, 0, 0, 'y', 0}, "x"},
	} {
		name, err := Element{Properties: map[uint32][]byte{11: test.data}}.FriendlyName()
		require.NoError(t, err)
		require.Equal(t, test.want, name)
	}
	_, err := Element{Properties: map[uint32][]byte{11: {'x'}}}.FriendlyName()
	require.EqualError(t, err, "friendly name: expected UTF-16, found an odd number of bytes")
}

// Reading arbitrary bytes returns elements or an error.
func TestReadElementDamaged(t *testing.T) {
	t.Parallel()
	whole := slices.Concat(storeProperty(11, 'x', 0), storeProperty(2), storeProperty(32, make([]byte, 100)...))
	for n := range whole {
		_, _, err := ReadElement(whole[:n], 0)
		require.Error(t, err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		damaged := slices.Clone(whole)
		for range 1 + random.IntN(4) {
			damaged[random.IntN(len(damaged))] = byte(random.IntN(256))
		}
		e, next, err := ReadElement(damaged, 0)
		if err == nil {
			require.LessOrEqual(t, next, len(damaged))
			_, _ = e.FriendlyName()
		}
	}
}
