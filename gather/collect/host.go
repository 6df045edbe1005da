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
	server := doc.Server
	err := host.Names(h).Gather(ctx, doc)
	doc.Server = server
	return err
}

// All implements Source.
func (HostNames) All(context.Context) (Known, error) { return Known{}, errOneServer }

// Name implements Namer.
func (h HostNames) Name(context.Context) (name string, certain bool, err error) {
	return h.HostName, false, nil
}

// ThisComputer reads the names and the certificates of this computer, on
// Windows.
type ThisComputer struct{ Report gather.Report }

// Gather implements Source.
func (t ThisComputer) Gather(ctx context.Context, server string, doc *gather.Document) error {
	name, _, err := t.Name(ctx)
	if err != nil {
		return err
	}
	if server != "" && !SameServer(server, name) {
		return fmt.Errorf("this computer is %s, not the server %s", name, server)
	}
	if err := (host.Local{Report: t.Report}).Gather(ctx, doc); err != nil {
		return err
	}
	return certstore.LocalMachine{Now: time.Now(), Report: t.Report}.Gather(ctx, doc)
}

// All implements Source.
func (ThisComputer) All(context.Context) (Known, error) { return Known{}, errOneServer }

// Name implements Namer.
func (ThisComputer) Name(ctx context.Context) (name string, certain bool, err error) {
	doc := gather.Document{}
	err = host.Local{}.Gather(ctx, &doc)
	return doc.Server, true, err
}
