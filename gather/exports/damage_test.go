package exports

import (
	"encoding/base64"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// Any damage results in a document or in an error.

// try gathers from one file and checks that an error names the place.
func try(t *testing.T, path string, data []byte) (failed bool) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, data, 0o600))
	err := Gatherer{Dir: path}.Gather(t.Context(), &gather.Document{})
	if err != nil {
		require.Contains(t, err.Error(), path)
	}
	return err != nil
}

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"remote/certificates.xml", "remote/connectors.xml", "local/certificates.xml", "local/transport.xml", "two-servers/server.xml"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			whole, err := os.ReadFile(filepath.Join(fixtures, file))
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "a.xml")
			step := max(1, len(whole)/150)
			for n := 0; n < len(whole); n += step {
				require.True(t, try(t, path, whole[:n]), "cut after %d bytes", n)
			}
			random := rand.New(rand.NewPCG(1, 2))
			for range 150 {
				damaged := slices.Clone(whole)
				for range 1 + random.IntN(4) {
					damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
				}
				try(t, path, damaged)
			}
		})
	}
}

// Not parallel, because it measures allocations.
func TestDamagedSerializationData(t *testing.T) {
	text, err := os.ReadFile(fixtures + "/remote/certificates.xml")
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(text), `<BA N="SerializationData">`)
	encoded, _, _ := strings.Cut(rest, "<")
	whole, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "a.xml")
	file := func(data []byte) []byte {
		return []byte(before + `<BA N="SerializationData">` + base64.StdEncoding.EncodeToString(data) + "</BA></MS></Obj></Objs>")
	}
	require.False(t, try(t, path, file(whole)))

	for n := range whole {
		_, err := decodeNRBF(whole[:n], defaults.Records)
		require.Error(t, err, "cut after %d bytes", n)
	}
	require.False(t, try(t, path, file(whole[:len(whole)/2])), "the certificate is in RawData as well")

	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	random := rand.New(rand.NewPCG(3, 4))
	const rounds = 20_000
	failed := 0
	for range rounds {
		damaged := slices.Clone(whole)
		for range 1 + random.IntN(3) {
			damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
		}
		if _, err := decodeNRBF(damaged, defaults.Records); err != nil {
			require.Regexp(t, `^byte \d+: expected `, err.Error())
			failed++
		}
	}
	runtime.ReadMemStats(&end)
	require.Greater(t, failed, rounds/10)
	require.Less(t, (end.TotalAlloc-start.TotalAlloc)/rounds, uint64(10*len(whole)), "bytes allocated a stream")

	for range 100 {
		damaged := slices.Clone(whole)
		damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
		try(t, path, file(damaged))
	}
}
