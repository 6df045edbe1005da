package ordered_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/transportcert/transportcert/internal/ordered"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func numbers(yield func(int) bool) {
	for i := 0; i < 1000 && yield(i); i++ {
	}
}

func TestMap(t *testing.T) {
	t.Parallel()
	for _, goroutines := range []int{1, 2, 8} {
		squares := slices.Collect(ordered.Map(numbers, goroutines, func(i int) int {
			time.Sleep(time.Duration(i%7) * 10 * time.Microsecond) // later items finish earlier
			return i * i
		}))
		require.Len(t, squares, 1000)
		for i, square := range squares {
			require.Equal(t, i*i, square)
		}
	}
}

func TestMapWithoutItems(t *testing.T) {
	t.Parallel()
	none := func(func(int) bool) {}
	require.Empty(t, slices.Collect(ordered.Map(none, 2, func(i int) int { return i })))
}

// A consumer that takes results slowly, or stops, holds back the rest.
func TestMapHoldsBack(t *testing.T) {
	t.Parallel()
	const goroutines = 4
	var read atomic.Int64
	counted := func(yield func(int) bool) {
		numbers(func(i int) bool { read.Add(1); return yield(i) })
	}
	taken := int64(0)
	for range ordered.Map(counted, goroutines, func(i int) int { return i }) {
		time.Sleep(time.Millisecond)
		taken++
		require.LessOrEqual(t, read.Load(), taken+2*goroutines+1)
		if taken == 20 {
			break
		}
	}
	time.Sleep(10 * time.Millisecond)
	require.LessOrEqual(t, read.Load(), taken+2*goroutines+1)
}
