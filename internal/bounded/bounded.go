// Package bounded waits no longer than it has to for OPA, which compiles and
// evaluates what others wrote. OPA looks at a context now and then; between two
// looks, a policy of a thousand bytes can keep it for hours, or ask for more
// memory than there is.
package bounded

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"
)

const (
	grace     = time.Second // for what heeds its context, before it is given up
	maxGrowth = 2 << 30     // bytes by which the heap may grow meanwhile
	interval  = 20 * time.Millisecond
)

// Do returns what do returns. Where the context ends first, or the program's
// heap grows by more than 2 GiB, do's own context ends too; if do has not come
// to its end a second later, Do returns without it, and do goes on unheard. The
// error is then the cause why the context ended. A panic in do is an error.
//
// One allocation that is larger than the machine's memory still ends the
// program: only the operating system can bound that. So does a stack that
// overflows: package bundles leaves policies no way to that.
func Do[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	return run(ctx, maxGrowth, do)
}

func run[T any](ctx context.Context, growth uint64, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := Trust(ctx, do)
		done <- outcome{value, err}
	}()

	watch := time.NewTicker(interval)
	defer watch.Stop()
	var before uint64 // the heap's size at the first look
	ended := ctx.Done()
	var gaveUp <-chan time.Time
	for {
		select {
		case o := <-done:
			return o.value, o.err
		case <-watch.C:
			size := heap()
			if before == 0 {
				before = size
			}
			if size > before+growth {
				cancel(fmt.Errorf("expected it to need less than %d bytes of memory", growth))
			}
		case <-ended:
			ended, gaveUp = nil, time.After(grace)
		case <-gaveUp:
			var nothing T
			return nothing, context.Cause(ctx)
		}
	}
}

// Trust is Do for what heeds its context and has no use for much memory, as the
// shipped policies: it runs on the caller's own goroutine. The stack that OPA
// needs is there then from one call to the next; a new one grows anew, which
// takes a fifth of the time of a short evaluation.
func Trust[T any](ctx context.Context, do func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("OPA panicked: %v", panicked)
		}
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
	}()
	return do(ctx)
}

// Within is Do with a deadline.
func Within[T any](ctx context.Context, deadline time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, deadline, fmt.Errorf("timed out after %s", deadline))
	defer cancel()
	return Do(ctx, do)
}

// heap returns how many bytes the objects of the heap have.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
