package main

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/benchmark"
)

// BenchmarkStream is the whole way of a stream of documents of six certificates,
// on all cores, from text to text.
func BenchmarkStream(b *testing.B) {
	const count = 2000
	var stream bytes.Buffer
	for i := range count {
		require.NoError(b, json.NewEncoder(&stream).Encode(benchmark.Document(i, 6)))
	}
	b.SetBytes(int64(stream.Len()))
	for b.Loop() {
		require.Zero(b, run([]string{"evaluate", "-o", "ndjson", "-"}, bytes.NewReader(stream.Bytes()), io.Discard, io.Discard))
	}
	b.ReportMetric(float64(b.N*count)/b.Elapsed().Seconds(), "documents/s")
}
