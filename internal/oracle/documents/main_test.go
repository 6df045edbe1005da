package documents_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws 500 documents per property unless -rapid.checks is set, as in
// "make property".
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "500"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
