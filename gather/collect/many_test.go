package collect

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// The number of servers in a directory is not bounded, so many servers must
// take linear time.
func TestManyServers(t *testing.T) {
	t.Parallel()
	const most = 200_000
	var docs []*gather.Document
	for i := range most {
		docs = append(docs, &gather.Document{Server: fmt.Sprintf("EX%06d", i)})
	}
	c := Collector{All: true, Sources: []Source{fixed(docs), fixed(docs)}}
	begun := time.Now()
	servers, _, err := c.known(t.Context())
	require.NoError(t, err)
	require.Len(t, servers, most)
	require.Less(t, time.Since(begun), 10*time.Second, "quadratic, it takes minutes")
}

// fixed is a source with these documents.
type fixed []*gather.Document

func (fixed) Gather(context.Context, string, *gather.Document) error { return nil }

func (f fixed) All(context.Context) (Known, error) { return KnownFrom(f), nil }
