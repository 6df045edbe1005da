package main

import (
	"errors"
	"fmt"

	"github.com/transportcert/transportcert/gather/exports"
)

// advise adds to an error the flag that helps.
func advise(err error) error {
	if which := (*exports.ServerError)(nil); errors.As(err, &which) && which.Wanted == "" {
		return fmt.Errorf("%w; pass --server NAME", err)
	}
	return err
}
