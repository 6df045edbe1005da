// Package ordered works on several items at once and keeps their order.
package ordered

import "iter"

// Map calls work for each item, on so many goroutines at once, and yields
// what it returned in the order of the items. No more than twice as many items
// as goroutines are under way, however slowly they are taken.
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
		defer close(stop) // and not wait: the next item may be long in coming
		for result := range order {
			if !yield(<-result) {
				return
			}
		}
	}
}
