package evaluate_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/benchmark"
	"github.com/transportcert/transportcert/internal/oracle"
)

// sizes are the numbers of certificates in a document.
var sizes = []int{3, 6, 30, 1000, 10000}

// BenchmarkDecode decodes bytes to a document.
func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes {
		text, err := json.Marshal(benchmark.Document(1, size))
		require.NoError(b, err)
		b.Run(fmt.Sprintf("certificates=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := gather.Decode(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEvaluate evaluates a document.
func BenchmarkEvaluate(b *testing.B) {
	evaluator, err := evaluate.New(b.Context())
	require.NoError(b, err)
	for _, size := range sizes {
		document := benchmark.Document(1, size)
		b.Run(fmt.Sprintf("certificates=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := evaluator.Evaluate(b.Context(), document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOracle makes the same decisions in plain Go: the ratio to
// BenchmarkEvaluate is the cost of policy as code.
func BenchmarkOracle(b *testing.B) {
	for _, size := range sizes {
		document := benchmark.Document(1, size)
		b.Run(fmt.Sprintf("certificates=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				oracle.Decide(document, "")
			}
		})
	}
}

// BenchmarkFirst is the cost of a process's first decision.
func BenchmarkFirst(b *testing.B) {
	b.ReportAllocs()
	document := benchmark.Document(1, 6)
	for b.Loop() {
		evaluator, err := evaluate.New(b.Context())
		if err == nil {
			_, err = evaluator.Evaluate(b.Context(), document)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkForecast is the forecast for 400 days in which every certificate
// expires, each at a different time.
func BenchmarkForecast(b *testing.B) {
	evaluator, err := evaluate.New(b.Context())
	require.NoError(b, err)
	for _, size := range []int{6, 30, 100} {
		document := benchmark.Document(1, size)
		now, err := time.Parse(gather.TimeFormat, document.Now)
		require.NoError(b, err)
		for i := range document.Certificates {
			c := &document.Certificates[i]
			c.NotAfter = now.Add(400 * 24 * time.Hour * time.Duration(i+1) / time.Duration(size+1)).Format(gather.TimeFormat)
			if c.Trust.ValidUntil != nil {
				c.Trust.ValidUntil = &c.NotAfter
			}
		}
		b.Run(fmt.Sprintf("certificates=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				forecast, err := evaluator.Forecast(b.Context(), document)
				if err != nil || len(forecast.Changes) == 0 {
					b.Fatal(forecast, err)
				}
			}
		})
	}
}
