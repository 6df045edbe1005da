package chains

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
	"github.com/transportcert/transportcert/internal/hostile"
)

// FuzzRoots checks that the roots of a file are certificates, and that building
// chains to them ends with a trust that a document can contain.
func FuzzRoots(f *testing.F) {
	paths, err := filepath.Glob("../../fixtures/exports/roots/*.pem")
	require.NoError(f, err)
	require.NotEmpty(f, paths)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	names := forge.Extension(f, forge.TLV(der.TagSequence, forge.TLV(0xa0, forge.TLV(der.TagSequence, forge.Str(0x82, "contoso.test")))), 2, 5, 29, 30)
	root := forge.New(f, forge.Recipe{CN: "Root", Extensions: [][]byte{forge.CA(f, 1), names}})
	sub := forge.New(f, forge.Recipe{CN: "Sub", Issuer: root, Extensions: [][]byte{forge.CA(f, 0), forge.Critical(f, []byte{5, 0}, 1, 2, 3)}})
	var text bytes.Buffer
	for _, c := range []*forge.Certificate{
		root, sub, forge.New(f, forge.Recipe{CN: "ex01", Issuer: sub, Extensions: [][]byte{forge.SAN(f, forge.Str(0x82, "ex01.test"))}}),
		forge.New(f, forge.Recipe{CN: "MD5", Key: forge.RSAKey(), Hash: crypto.MD5}),
	} {
		require.NoError(f, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: c.DER}))
	}
	f.Add(text.Bytes())
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMIIB"))
	f.Add([]byte("-----BEGIN \x1b[2J-----\n-----END \x1b[2J-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		roots, err := parseRoots(data)
		if err != nil {
			hostile.Check(t, err.Error())
			require.Empty(t, roots)
			return
		}
		require.NotEmpty(t, roots)
		document := &gather.Document{}
		seen := map[string]bool{}
		for _, root := range roots {
			c, _, err := gather.NewCertificate(root)
			require.NoError(t, err)
			if !seen[c.Thumbprint] {
				document.Certificates = append(document.Certificates, c)
			}
			seen[c.Thumbprint] = true
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		chains := Gatherer{Roots: roots[:(len(roots)+1)/2], Report: func(sentence string) { hostile.Check(t, sentence) }}
		require.NoError(t, chains.Gather(ctx, document))
		for _, c := range document.Certificates {
			hostile.Check(t, c.Trust.Error)
			require.Contains(t, []string{gather.ChainTrusted, gather.ChainUntrusted, gather.ChainUnknown}, c.Trust.Chain)
			require.Equal(t, c.Trust.Chain == gather.ChainTrusted, c.Trust.ValidFrom != nil)
		}
		for _, c := range document.Certificates {
			text, err := json.Marshal(map[string]any{"certificates": []gather.Certificate{c}})
			require.NoError(t, err)
			_, err = gather.DecodePartial(text)
			require.NoError(t, err)
		}
	})
}
