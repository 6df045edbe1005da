// Package ordered processes several items concurrently and preserves their
// order.
package ordered

import "iter"

// Map calls work for each item on up to the given number of goroutines, and
// yields the results in the order of the items. No more than twice as many
// items as goroutines are in progress, however slowly the results are consumed.
func Map[Item, Result any](items iter.Seq[Item], goroutines int, work func(Item) Result) iter.Seq[Result] {
	type task struct {
		item   Item
		result chan Result
	}
	return func(yield func(Result) bool) {
		stop := make(chan struct{})
		tasks := make(chan task)
		order := make(chan chan Result, goroutines)
		go func() {
			defer close(order)
			defer close(tasks)
			for item := range items {
				t := task{item, make(chan Result, 1)}
				select {
				case order <- t.result:
				case <-stop:
					return
				}
				select {
				case tasks <- t:
				case <-stop:
					return
				}
			}
		}()
		for range goroutines {
			go func() {
				for t := range tasks {
					t.result <- work(t.item)
				}
			}()
		}
		defer close(stop) // without waiting: the next item may take long to arrive
		for result := range order {
			if !yield(<-result) {
				return
			}
		}
	}
}
