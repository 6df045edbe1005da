package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/host"
)

// errOneServer means that a source describes only one server.
var errOneServer = errors.New("expected sources that know all servers, found one that knows only one")

// HostNames are the names of a server's host.
type HostNames host.Names

// Gather implements Source. The host names need not be the server's name, so
// they name the server only if no other source does.
func (h HostNames) Gather(ctx context.Context, _ string, doc *gather.Document) error {
	err := host.Names(h).Gather(ctx, doc)
	doc.Server = ""
	return err
}

// All implements Source.
func (HostNames) All(context.Context) (Known, error) { return Known{}, errOneServer }

// ThisComputer reads the names and the certificates of this computer, on
// Windows.
type ThisComputer struct{ Report gather.Report }

// Gather implements Source.
func (t ThisComputer) Gather(ctx context.Context, server string, doc *gather.Document) error {
	if err := (host.Local{Report: t.Report}).Gather(ctx, doc); err != nil {
		return err
	}
	if server != "" && !sameServer(server, doc.Server) {
		return fmt.Errorf("this computer is %s, not the server %s", doc.Server, server)
	}
	return certstore.LocalMachine{Now: time.Now(), Report: t.Report}.Gather(ctx, doc)
}

// All implements Source.
func (ThisComputer) All(context.Context) (Known, error) { return Known{}, errOneServer }
