package documents_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws 500 documents a property where -rapid.checks does not say
// otherwise, as "make property" does.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "500"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
