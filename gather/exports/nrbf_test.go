package exports

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// i32 and str write what [MS-NRBF] calls INT32 and LengthPrefixedString.
func i32(values ...int32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

func str(texts ...string) []byte {
	var b []byte
	for _, text := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

var header = slices.Concat([]byte{0}, i32(1, -1, 1, 0))

// rooted returns a stream of one object, id 1, with one member m of that kind
// and the given content.
func rooted(kind byte, rest ...[]byte) []byte {
	class := slices.Concat([]byte{4}, i32(1), str("Root"), i32(1), str("m"), []byte{kind})
	return slices.Concat(header, class, slices.Concat(rest...))
}

var end = []byte{11}

func TestNRBF(t *testing.T) {
	t.Parallel()
	null := []byte{10}
	enum := slices.Concat([]byte{5}, i32(-7), str("E"), i32(1), str("value__"), []byte{0, 8}, i32(2), i32(16))
	for name, test := range map[string]struct {
		data []byte
		want any
	}{
		"null":                    {rooted(2, null, end), nil},
		"boolean":                 {rooted(0, []byte{1}, []byte{1}, end), true},
		"32-bit number":           {rooted(0, []byte{8}, i32(-2), end), int32(-2)},
		"other number":            {rooted(0, []byte{9}, i32(1, 2), end), nil},
		"text as a value":         {rooted(0, []byte{18}, str("ü"), end), "ü"},
		"text as a record":        {rooted(1, []byte{6}, i32(2), str("x"), end), "x"},
		"long text":               {rooted(1, []byte{6}, i32(2), str(strings.Repeat("x", 300)), end), strings.Repeat("x", 300)},
		"reference":               {rooted(1, []byte{9}, i32(2), []byte{6}, i32(2), str("later"), end), "later"},
		"reference to nothing":    {rooted(1, []byte{9}, i32(9), end), nil},
		"bytes":                   {rooted(7, []byte{2}, []byte{15}, i32(2, 3), []byte{2, 1, 2, 3}, end), []byte{1, 2, 3}},
		"other array":             {rooted(7, []byte{8}, []byte{15}, i32(2, 2), []byte{8}, i32(1, 2), end), nil},
		"library before a member": {rooted(3, str("T"), []byte{12}, i32(2), str("L"), null, end), nil},
		"array of objects":        {rooted(5, []byte{16}, i32(2, 3), null, []byte{13, 2}, end), nil},
		"array of texts":          {rooted(6, []byte{17}, i32(2, 2000000000), []byte{14}, i32(2000000000), end), nil},
		"array of a class":        {rooted(4, str("T"), i32(2), []byte{7}, i32(3), []byte{0}, i32(1, 2), []byte{4}, str("T"), i32(2), null, null, end), nil},
		"array of numbers":        {rooted(5, []byte{7}, i32(3), []byte{0}, i32(1, 2), []byte{0, 8}, i32(1, 2), end), nil},
		"empty jagged array":      {rooted(5, []byte{7}, i32(3), []byte{1}, i32(1, 0), []byte{7, 2}, end), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := decodeNRBF(test.data, defaults.Records)
			require.NoError(t, err)
			require.Equal(t, "Root", c.name)
			require.Equal(t, map[string]any{"m": test.want}, c.values)
		})
	}

	t.Run("class again by its id", func(t *testing.T) {
		t.Parallel()
		c, err := decodeNRBF(slices.Concat(header, []byte{4}, i32(1), str("Root"), i32(2), str("a", "b"), []byte{4, 4},
			str("E"), i32(2), str("E"), i32(2), enum, []byte{1}, i32(-8, -7), i32(8), end), defaults.Records)
		require.NoError(t, err)
		require.Equal(t, &class{name: "E", values: map[string]any{"value__": int32(16)}}, c.values["a"])
		require.Equal(t, &class{name: "E", values: map[string]any{"value__": int32(8)}}, c.values["b"])
	})
	t.Run("object that refers to itself", func(t *testing.T) {
		t.Parallel()
		c, err := decodeNRBF(rooted(2, []byte{9}, i32(1), end), defaults.Records)
		require.NoError(t, err)
		require.Same(t, c, c.values["m"])
	})
}

func TestNRBFErrors(t *testing.T) {
	t.Parallel()
	deep := bytes.Repeat(slices.Concat([]byte{16}, i32(2, 1)), 40)
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":            {nil, "byte 0: expected 1 bytes, found 0"},
		"other format":       {[]byte("MZ"), "byte 0: expected the header of a .NET binary stream"},
		"no end":             {rooted(2, []byte{10}), "byte 35: expected 1 bytes, found 0"},
		"more after the end": {rooted(2, []byte{10}, end, end), "byte 36: expected the end of the stream, found 1 more bytes"},
		"no root":            {slices.Concat(header, end), "byte 18: expected an object with the root's id, 1"},
		"root is a text":     {slices.Concat(header, []byte{6}, i32(1), str("x"), end), "byte 25: expected an object with the root's id, 1"},
		"unknown record":     {rooted(2, []byte{99}, i32(1)), "byte 34: expected a record type that occurs in certificates, found type 99"},
		"unknown class":      {rooted(2, []byte{1}, i32(2, 77), end), "byte 34: expected the id of a class that came before"},
		"unknown primitive":  {rooted(0, []byte{17}), "byte 34: expected a primitive type of fixed size, found type 17"},
		"text too long":      {rooted(1, []byte{6}, i32(2), []byte{200, 1}, []byte("x")), "byte 39: expected a string that fits in the remaining 3 bytes"},
		"text far too long":  {rooted(1, []byte{6}, i32(2), bytes.Repeat([]byte{255}, 12)), "byte 39: expected a string that fits in the remaining 12 bytes"},
		"text not UTF-8":     {rooted(1, []byte{6}, i32(2), []byte{1, 255}, end), "byte 39: expected a string in UTF-8"},
		"array too long":     {rooted(7, []byte{2}, []byte{15}, i32(2, 9), []byte{2, 1, 2}), "byte 45: expected 9 values of 1 bytes, found 2 bytes"},
		"array far too long": {rooted(7, []byte{8}, []byte{15}, i32(2, 0x7fffffff), []byte{8, 1, 2}), "byte 45: expected 2147483647 values of 4 bytes, found 2 bytes"},
		"negative count":     {rooted(7, []byte{2}, []byte{15}, i32(2, -1), []byte{2}), "byte 40: expected a count, found -1"},
		"too many nulls":     {rooted(5, []byte{16}, i32(2, 1), []byte{13, 2}, end), "byte 43: expected no more elements than the array has"},
		"nulls for a member": {rooted(2, []byte{13, 2}, end), "byte 34: expected one value for the member \"m\", found 2"},
		"two dimensions":     {rooted(5, []byte{7}, i32(2), []byte{2}, i32(2, 1, 1), []byte{2}, end), "byte 34: expected an array of one dimension that begins at 0"},
		"too many members":   {slices.Concat(header, []byte{4}, i32(1), str("Root"), i32(1<<30)), "byte 27: expected a class with at most 100 members, found 1073741824"},
		"too deep":           {rooted(2, deep), "expected at most 10000 records, nested at most 32 deep"},
		"too many records":   {rooted(5, []byte{16}, i32(2, 20000), bytes.Repeat([]byte{10}, 20000)), "expected at most 10000 records, nested at most 32 deep"},
		"libraries for ever": {rooted(2, bytes.Repeat(slices.Concat([]byte{12}, i32(2), str("")), 20000)), "expected at most 10000 records, nested at most 32 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := decodeNRBF(test.data, defaults.Records)
			require.ErrorContains(t, err, test.want)
			require.Nil(t, c)
		})
	}
}

// A signature is removed if every length matches.
func TestUnsign(t *testing.T) {
	t.Parallel()
	sign := func(length int32, rest string) []byte {
		return slices.Concat([]byte("#sig#"), i32(length), []byte(rest))
	}
	signature := strings.Repeat("s", 32)
	for name, test := range map[string]struct {
		data   []byte
		want   string
		signed bool
		err    string
	}{
		"unsigned":           {[]byte("stream"), "stream", false, ""},
		"nothing":            {nil, "", false, ""},
		"part of the mark":   {[]byte("#sig"), "#sig", false, ""},
		"signed":             {sign(6, "stream"+signature), "stream", true, ""},
		"signed nothing":     {sign(0, signature), "", true, ""},
		"mark alone":         {[]byte("#sig#"), "", true, "byte 5: expected the length of the signed stream, found 0 bytes"},
		"part of the length": {[]byte("#sig#\x01\x00\x00"), "", true, "byte 5: expected the length of the signed stream, found 3 bytes"},
		"signature too short": {
			sign(6, "stream"+signature[1:]), "", true, "byte 5: expected a stream of 6 bytes and a signature of 32, found 37 bytes",
		},
		"more after it":   {sign(6, "stream"+signature+"x"), "", true, "byte 5: expected a stream of 6 bytes and a signature of 32, found 39 bytes"},
		"stream too long": {sign(-1, "stream"+signature), "", true, "byte 5: expected a stream of 4294967295 bytes and a signature of 32, found 38 bytes"},
		"length wraps":    {sign(-26, "stream"), "", true, "byte 5: expected a stream of 4294967270 bytes and a signature of 32, found 6 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, signed, err := unsign(test.data)
			require.Equal(t, test.want, string(stream))
			require.Equal(t, test.signed, signed)
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.err)
			}
		})
	}
}

// SerializationData that is well-formed but has unexpected content.
func TestReadSerialized(t *testing.T) {
	t.Parallel()
	property := func(id, size int32, data ...byte) []byte { return slices.Concat(i32(id, 1, size), data) }
	stored := func(element ...[]byte) []byte {
		data := slices.Concat(element...)
		class := slices.Concat([]byte{4}, i32(1), str("ExchangeCertificate"), i32(1), str("CertData"), []byte{7, 2})
		return slices.Concat(header, class, []byte{15}, i32(2, int32(len(data))), []byte{2}, data, end)
	}
	for _, test := range []struct {
		data []byte
		want string
	}{
		{rooted(2, []byte{10}, end), "SerializationData: expected an ExchangeCertificate with CertData, found Root"},
		{stored(nil), "SerializationData: CertData: byte 0: expected a certificate property (a header of 12 bytes and its data), found 0 bytes"},
		{stored(property(11, 99, 'x')), "SerializationData: CertData: byte 0: property 11 claims 99 bytes of data, found 1"},
		{stored(property(33, 1, 'x')), "SerializationData: CertData: expected one certificate and nothing else"},
		{stored(property(32, 1, 'x'), []byte{0}), "SerializationData: CertData: expected one certificate and nothing else"},
		{
			slices.Concat(header, []byte{4}, i32(1), str("ExchangeCertificate"), i32(2), str("CertData", "Services"), []byte{7, 4, 2}, str("E"), i32(2),
				[]byte{9}, i32(3), []byte{5}, i32(-4), str("E"), i32(1), str("value__"), []byte{0, 9}, i32(2), i32(16, 0),
				[]byte{15}, i32(3, 13), []byte{2}, property(32, 1, 'x'), end),
			"SerializationData: Services: expected an enumeration of 32 bits, found E",
		},
	} {
		text := obj(typeCertificate, el("BA", "SerializationData", base64.StdEncoding.EncodeToString(test.data)))
		_, err := readSerialized(decode(t, objs(text))[0].object, defaults.Records)
		require.EqualError(t, err, test.want)
	}

	t.Run("without RawData", func(t *testing.T) {
		t.Parallel()
		remote, err := os.ReadFile(fixtures + "/remote/certificates.xml")
		require.NoError(t, err)
		dir := folder(t, map[string]string{"a.xml": strings.ReplaceAll(string(remote), `N="RawData"`, `N="Other"`)})
		doc, reports, err := run(t, dir, "")
		require.NoError(t, err)
		require.Empty(t, reports)
		require.Equal(t, storeEX01, summary(doc.Certificates))
	})
	t.Run("Status that is not known", func(t *testing.T) {
		t.Parallel()
		der := rootDER(t)
		status := slices.Concat([]byte{5}, i32(-4), str("CertificateStatus"), i32(1), str("value__"), []byte{0, 8}, i32(2), i32(9))
		element := property(32, int32(len(der)), der...)
		class := slices.Concat([]byte{4}, i32(1), str("ExchangeCertificate"), i32(2), str("CertData", "Status"), []byte{7, 4, 2}, str("CertificateStatus"), i32(2))
		data := slices.Concat(header, class, []byte{9}, i32(3), status, []byte{15}, i32(3, int32(len(element))), []byte{2}, element, end)
		doc, reports, err := run(t, folder(t, one(certificateObj(t, el("BA", "SerializationData", base64.StdEncoding.EncodeToString(data))))), "")
		require.NoError(t, err)
		require.Contains(t, reports[0], "some facts are unknown: SerializationData: Status: expected one of Unknown, Valid, ")
		require.Equal(t, gather.ChainUnknown, doc.Certificates[0].Trust.Chain)
	})
	t.Run("friendly name of an odd length", func(t *testing.T) {
		t.Parallel()
		der := rootDER(t)
		data := stored(property(11, 1, 'x'), property(32, int32(len(der)), der...))
		dir := folder(t, one(certificateObj(t, el("BA", "SerializationData", base64.StdEncoding.EncodeToString(data)))))
		doc, reports, err := run(t, dir, "")
		require.NoError(t, err)
		require.Contains(t, reports[0], "some facts are unknown: SerializationData: CertData: friendly name: expected UTF-16, found an odd number of bytes")
		require.Empty(t, doc.Certificates[0].FriendlyName)
		require.NotNil(t, doc.Certificates[0].HasPrivateKey)
	})
	t.Run("friendly name as a property wins", func(t *testing.T) {
		t.Parallel()
		der := rootDER(t)
		data := stored(property(11, 4, 'x', 0, 0, 0), property(32, int32(len(der)), der...))
		serialized := el("BA", "SerializationData", base64.StdEncoding.EncodeToString(data))
		doc, _, err := run(t, folder(t, one(certificateObj(t, serialized, el("S", "FriendlyName", "plain"), el("B", "HasPrivateKey", "true")))), "")
		require.NoError(t, err)
		require.Equal(t, "plain", doc.Certificates[0].FriendlyName)
		require.True(t, *doc.Certificates[0].HasPrivateKey)
		require.Nil(t, doc.Certificates[0].Services, "the stream does not say")

		doc, _, err = run(t, folder(t, one(certificateObj(t, serialized))), "")
		require.NoError(t, err)
		require.Equal(t, "x", doc.Certificates[0].FriendlyName)
		require.False(t, *doc.Certificates[0].HasPrivateKey)
	})
}
