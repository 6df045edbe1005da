package collect

import (
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
	c := Collector{All: true, Sources: []Source{Documents(docs), Documents(docs)}}
	begun := time.Now()
	servers, _, err := c.known(t.Context())
	require.NoError(t, err)
	require.Len(t, servers, most)
	require.Less(t, time.Since(begun), 10*time.Second, "quadratic, it takes minutes")
}
