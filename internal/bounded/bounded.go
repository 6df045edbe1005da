// Package bounded limits the time and memory of OPA, which compiles and
// evaluates other people's policies. OPA checks its context only now and then;
// between two checks, a policy of a thousand bytes can keep it busy for hours,
// or allocate more memory than there is.
package bounded

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"
)

const (
	grace     = time.Second // for work that ends with its context, before it is abandoned
	maxGrowth = 2 << 30     // bytes by which the heap may grow in the meantime
	interval  = 20 * time.Millisecond
)

// Do returns the result of do. If the context ends first, or the program's heap
// grows by more than 2 GiB, the context of do ends too. If do has not returned
// a second later, Do returns without it, do continues in the background, and
// its result is discarded. The error is then the cause of the context's end. A
// panic in do becomes an error.
//
// A single allocation larger than the machine's memory still ends the program:
// only the operating system can limit that. So does a stack overflow; package
// bundles removes the built-in functions that could cause one.
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
	var before uint64 // the heap's size at the first check
	ended := ctx.Done()
	var graceOver <-chan time.Time
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
				cancel(fmt.Errorf("it needs more than %d bytes of memory", growth))
			}
		case <-ended:
			ended, graceOver = nil, time.After(grace)
		case <-graceOver:
			var nothing T
			return nothing, context.Cause(ctx)
		}
	}
}

// Trust is like Do for work that ends with its context and needs little memory,
// such as the shipped policies. It runs on the caller's goroutine, so the stack
// that OPA needs is kept from one call to the next; growing a new stack takes a
// fifth of the time of a short evaluation.
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

// Within is like Do with a deadline.
func Within[T any](ctx context.Context, deadline time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, deadline, fmt.Errorf("timed out after %s", deadline))
	defer cancel()
	return Do(ctx, do)
}

// heap returns the number of bytes in objects on the heap.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
