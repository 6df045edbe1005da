package bounded

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDo(t *testing.T) {
	t.Parallel()
	value, err := Do(t.Context(), func(context.Context) (int, error) { return 1, nil })
	require.NoError(t, err)
	require.Equal(t, 1, value)

	wrong := errors.New("wrong")
	_, err = Do(t.Context(), func(context.Context) (int, error) { return 0, wrong })
	require.Equal(t, wrong, err)

	_, err = Do(t.Context(), func(context.Context) (int, error) { return len(make([]byte, count())), nil })
	require.ErrorContains(t, err, "OPA panicked: runtime error: makeslice: len out of range")
}

func count() int { return -1 }

func TestTheContextEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]func(context.Context) (int, error){
		"heeded": func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, errors.New("canceled") },
		"not heeded": func(context.Context) (int, error) {
			time.Sleep(20 * time.Second)
			return 1, nil
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cause := errors.New("timed out after 10ms")
			ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, cause)
			defer cancel()
			begin := time.Now()
			_, err := Do(ctx, do)
			require.Equal(t, cause, err)
			require.Less(t, time.Since(begin), 10*time.Second)
		})
	}
}

// A result that was ready when the context ended counts.
func TestDoneInTime(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	value, err := Do(ctx, func(context.Context) (int, error) { cancel(); return 1, nil })
	require.NoError(t, err)
	require.Equal(t, 1, value)
}

// Not parallel: the heap is shared by all tests.
func TestTheHeapGrows(t *testing.T) {
	_, err := run(t.Context(), 64<<20, func(ctx context.Context) (int, error) {
		var kept [][]byte
		for ctx.Err() == nil {
			kept = append(kept, make([]byte, 1<<20))
			time.Sleep(time.Millisecond)
		}
		return len(kept), ctx.Err()
	})
	require.EqualError(t, err, "it needs more than 67108864 bytes of memory")
}
