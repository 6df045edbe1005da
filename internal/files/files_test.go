package files_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/files"
)

func utf16(t testing.TB, order unicode.Endianness, text []byte) []byte {
	t.Helper()
	encoded, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().Bytes(text)
	require.NoError(t, err)
	return encoded
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o600))
	data, err := files.Read(path, 5)
	require.NoError(t, err)
	require.Equal(t, "12345", string(data))
	_, err = files.Read(path, 4)
	require.EqualError(t, err, path+": expected at most 4 bytes, found more")
	_, err = files.Read(path+"s", 4)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, encoded := range [][]byte{
		[]byte("Büro"), []byte("\ufeffBüro"),
		utf16(t, unicode.LittleEndian, []byte("Büro")), utf16(t, unicode.BigEndian, []byte("Büro")),
	} {
		text, err := files.Text(encoded)
		require.NoError(t, err)
		require.Equal(t, "Büro", string(text))
	}
}

func TestPEM(t *testing.T) {
	t.Parallel()
	block := func(kind, content string) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(content)})
	}
	one, two := block("CERTIFICATE", "one"), block("PRIVATE KEY", "two")
	both := slices.Concat([]byte("subject=CN = one\n"), one, []byte("and its key\n"), two)
	crlf := bytes.ReplaceAll(both, []byte("\n"), []byte("\r\n"))
	for name, data := range map[string][]byte{
		"plain": both, "CRLF": crlf, "UTF-8 with a mark": append([]byte("\ufeff"), both...),
		"UTF-16LE": utf16(t, unicode.LittleEndian, crlf), "UTF-16BE": utf16(t, unicode.BigEndian, both),
		"put together of files with marks": slices.Concat([]byte("\ufeff"), one, []byte("\ufeff"), two),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := bytes.Clone(data)
			blocks, err := files.PEM(data)
			require.NoError(t, err)
			require.Equal(t, before, data, "the input was changed")
			require.Len(t, blocks, 2)
			require.Equal(t, "CERTIFICATE", blocks[0].Type)
			require.Equal(t, "one", string(blocks[0].Bytes))
			require.Equal(t, "PRIVATE KEY", blocks[1].Type)
			require.Equal(t, "two", string(blocks[1].Bytes))
		})
	}

	// A damaged block does not hide another one.
	for name, damaged := range map[string][]byte{
		"cut off":      one[:40],
		"base64":       bytes.Replace(one, []byte("\nb"), []byte("\n!"), 1),
		"another end":  bytes.Replace(one, []byte("END CERT"), []byte("END X"), 1),
		"no dashes":    []byte("-----BEGIN \n"),
		"only a begin": []byte("-----BEGIN CERTIFICATE-----\n"),
	} {
		blocks, err := files.PEM(slices.Concat(two, damaged, []byte("\n"), two))
		require.NoError(t, err, name)
		require.Len(t, blocks, 3, name)
		require.Equal(t, files.Block{Err: files.ErrPEM}, blocks[1], name)
		require.Equal(t, "two", string(blocks[2].Bytes), name)
	}

	for _, data := range [][]byte{nil, []byte("no PEM"), {0x30, 0}} {
		blocks, err := files.PEM(data)
		require.NoError(t, err)
		require.Empty(t, blocks)
	}
}

func TestAuthorities(t *testing.T) {
	t.Parallel()
	ca, other := forge.New(t, forge.Recipe{CN: "CA"}).DER, forge.New(t, forge.Recipe{CN: "Other"}).DER
	refused := forge.New(t, forge.Recipe{CN: "Refused", Serial: []byte{0x80}}).DER
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	write := func(data []byte) string {
		path := filepath.Join(t.TempDir(), "ca.pem")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	for name, data := range map[string][]byte{
		"two":    slices.Concat(block("CERTIFICATE", ca), block("CERTIFICATE", other)),
		"UTF-16": utf16(t, unicode.LittleEndian, slices.Concat(block("CERTIFICATE", ca), block("CERTIFICATE", other))),
	} {
		pool, skipped, err := files.Authorities(write(data))
		require.NoError(t, err, name)
		require.Empty(t, skipped, name)
		want := x509.NewCertPool()
		for _, der := range [][]byte{ca, other} {
			c, err := x509.ParseCertificate(der)
			require.NoError(t, err)
			want.AddCert(c)
		}
		require.True(t, want.Equal(pool), name)
	}

	_, skipped, err := files.Authorities(write(slices.Concat(block("CERTIFICATE", ca), block("PRIVATE KEY", []byte("secret")), block("CERTIFICATE", refused), []byte("-----BEGIN CERTIFICATE-----"))))
	require.NoError(t, err)
	require.Equal(t, []string{
		`PEM block 2 of 4: expected a CERTIFICATE, found "PRIVATE KEY"`, "PEM block 3 of 4: x509: negative serial number",
		"PEM block 4 of 4: " + files.ErrPEM.Error(),
	}, skipped)

	path := write([]byte("no PEM"))
	_, _, err = files.Authorities(path)
	require.EqualError(t, err, path+": expected PEM certificates, found no usable one")
	path = write(block("PRIVATE KEY", []byte("secret")))
	_, _, err = files.Authorities(path)
	require.EqualError(t, err, path+`: expected PEM certificates, found no usable one: PEM block 1 of 1: expected a CERTIFICATE, found "PRIVATE KEY"`)
	_, _, err = files.Authorities("missing.pem")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// FuzzPEM checks that there is a block for each BEGIN line, either damaged or
// as package pem reads it.
func FuzzPEM(f *testing.F) {
	whole := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"}, Bytes: []byte("one")})
	f.Add(whole)
	f.Add(append([]byte("\ufeff"), whole...))
	f.Add(utf16(f, unicode.LittleEndian, whole))
	f.Add([]byte("-----BEGIN -----BEGIN \xff\xfe-----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := files.Text(data)
		if err != nil {
			return
		}
		blocks, err := files.PEM(data)
		require.NoError(t, err)
		require.Len(t, blocks, bytes.Count(text, []byte("-----BEGIN ")))
		for _, block := range blocks {
			require.True(t, block.Err == nil || block.Bytes == nil && block.Type == "")
		}
		// Every block that package pem finds is found.
		for rest := text; ; {
			var want *pem.Block
			if want, rest = pem.Decode(rest); want == nil {
				break
			}
			require.True(t, slices.ContainsFunc(blocks, func(b files.Block) bool {
				return b.Type == want.Type && bytes.Equal(b.Bytes, want.Bytes)
			}))
		}
	})
}
