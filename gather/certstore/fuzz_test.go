package certstore

import (
	"bytes"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/der"
	"github.com/transportcert/transportcert/internal/files"
	"github.com/transportcert/transportcert/internal/hostile"
)

// samples returns the files of testdata and of the fixtures.
func samples(f *testing.F) [][]byte {
	var all [][]byte
	for _, pattern := range []string{"testdata/*", "../../fixtures/store/*/*", "../../fixtures/store/*/*/*"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range paths {
			if info, err := os.Stat(path); err != nil || info.IsDir() {
				continue
			}
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			all = append(all, data)
		}
	}
	require.NotEmpty(f, all)
	return all
}

// element is a serialized store element of two properties and a certificate.
func element(certificate []byte) []byte {
	return slices.Concat(storeProperty(11, []byte("E\x00X\x00\x00\x00")...), storeProperty(2), storeProperty(32, certificate...))
}

// FuzzFile checks that everything found in a file of any format is a
// certificate. PKCS#12 has its own target, in which passwords are cheaper.
func FuzzFile(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
		if block, _ := pem.Decode(data); block != nil {
			f.Add(block.Bytes)
			f.Add(slices.Concat([]byte(serializedStoreMagic), element(block.Bytes), make([]byte, 12)))
		}
	}
	f.Add([]byte("-----BEGIN PKCS7-----\n-----END PKCS7-----\n-----BEGIN \x1b[2J-----\n-----END \x1b[2J-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if isPKCS12(data) {
			t.Skip("PKCS#12 has a target of its own")
		}
		held, err := read(bytes.Clone(data), passwords{func() ([]byte, error) { return nil, errors.New("there is no password") }, &NewWork().rounds})
		for _, note := range held.notes {
			hostile.Check(t, note)
		}
		if err != nil {
			hostile.Check(t, err.Error())
			return
		}
		c := collection{known: map[string]int{}, keys: map[publicKey]string{}}
		c.files.Report = func(sentence string) { hostile.Check(t, sentence) }
		for _, e := range held.entries {
			require.True(t, utf8.ValidString(e.friendlyName))
			if err := c.add("file", e); err != nil {
				hostile.Check(t, err.Error())
			}
		}
		for _, key := range held.keys {
			require.NotEmpty(t, key)
			c.keys[key] = "file"
		}
		c.matchKeys()
		require.NoError(t, c.setServices())
		require.LessOrEqual(t, len(c.certificates), len(held.entries))
	})
}

// isPKCS12 reports whether a file is PKCS#12, or PKCS#12 in PEM.
func isPKCS12(data []byte) bool {
	if blocks, err := files.PEM(data); err == nil && len(blocks) > 0 {
		return slices.ContainsFunc(blocks, func(b files.Block) bool { return isPKCS12(b.Bytes) })
	}
	var err error
	sequence := der.NewReader(data, &err).Take(der.TagSequence, "PFX")
	return err == nil && isPFX(sequence)
}

var startsWithPlace = regexp.MustCompile(`^byte \d+: `)

// FuzzReadElement checks that an element lies within the data that it was read
// from.
func FuzzReadElement(f *testing.F) {
	f.Add(element([]byte{0x30, 0}), 0)
	f.Add(slices.Concat(element(nil), element(nil)), 36)
	f.Add([]byte{33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, 0)
	f.Add([]byte{32, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, 0)
	for _, data := range samples(f) {
		if isSerializedStore(data) {
			f.Add(data, serializedStoreHeader)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, offset int) {
		if offset < 0 || offset > len(data) {
			t.Skip("the caller has to know where its data ends")
		}
		e, end, err := ReadElement(data, offset)
		if err != nil {
			hostile.Check(t, err.Error())
			require.Regexp(t, startsWithPlace, err.Error())
			return
		}
		require.Greater(t, end, offset)
		require.LessOrEqual(t, end, len(data))
		require.True(t, bytes.HasSuffix(data[:end], e.Certificate))
		name, err := e.FriendlyName()
		if err != nil {
			hostile.Check(t, err.Error())
		}
		require.True(t, utf8.ValidString(name))
	})
}

// FuzzServices checks that accepted values of --services stay the same when
// they are formatted again, and that a services.json results only in services.
func FuzzServices(f *testing.F) {
	f.Add("0123ABCD=SMTP,IIS")
	f.Add("01:23:ab:cd = none")
	f.Add("\u200e0123456789abcdef0123456789abcdef01234567=imap, POP,UMCallRouter,pop")
	f.Add(`{"0123ABCD": ["SMTP"], "0123 ABCE": []}`)
	f.Add(`{"0123ABCD": null}`)
	f.Add(strings.Repeat("\xd8", 20_000) + "=SMTP")
	f.Fuzz(func(t *testing.T, text string) {
		given, err := ParseServices(text)
		if err != nil {
			hostile.Check(t, err.Error())
		} else {
			require.Len(t, given, 1)
			again, err := ParseServices(write(given)...)
			require.NoError(t, err)
			require.Equal(t, given, again)
		}
		var c collection
		if err := c.addServices("services.json", []byte(text), true); err != nil {
			hostile.Check(t, err.Error())
			return
		}
		again, err := ParseServices(write(c.services[0].services)...)
		require.NoError(t, err)
		require.Equal(t, c.services[0].services, again)
		c.certificates = []gather.Certificate{{Thumbprint: strings.Repeat("0123456789", 4)}}
		if err := c.setServices(); err != nil {
			hostile.Check(t, err.Error())
		}
	})
}

func write(services Services) []string {
	var values []string
	for thumbprint, names := range services {
		if len(names) == 0 {
			names = []string{"None"}
		}
		values = append(values, thumbprint+"="+strings.Join(names, ","))
	}
	return values
}

// FuzzSecurityDescriptor checks that there is an answer or an error.
func FuzzSecurityDescriptor(f *testing.F) {
	allow := slices.Concat([]byte{aceAllow, 0, 20, 0, 1, 0, 0, 0}, sidNetworkService)
	descriptor := make([]byte, descriptorSize)
	descriptor[2], descriptor[daclOffset] = daclPresent, descriptorSize
	f.Add(slices.Concat(descriptor, []byte{2, 0, 28, 0, 1, 0, 0, 0}, allow))
	f.Add(slices.Concat(descriptor, []byte{2, 0, 28, 0, 0xff, 0xff, 0, 0}, allow))
	f.Fuzz(func(t *testing.T, data []byte) {
		may, err := networkServiceMayRead(data)
		if err != nil {
			hostile.Check(t, err.Error())
			require.False(t, may)
		}
		if may {
			require.True(t, bytes.Contains(data, sidNetworkService))
		}
	})
}
