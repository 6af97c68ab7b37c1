package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/store"
)

// serveWeb says where the two phones are, and serves them until ctx ends.
func (o *Options) serveWeb(ctx context.Context, d node.Database) error {
	return besideServer(ctx, d, o.Log, func([]store.Record) {}, func(ctx context.Context, socket string) error {
		url := "http" + strings.TrimPrefix(socket, "ws")
		fmt.Fprintf(o.Out, "\nTwo phones, and what goes over the wire between them, kept in %s:\n\n    %s/demo\n\nWhat operators see is at %s/console, the HTTP API at %s/docs. Ctrl-C ends it.\n", o.kept(), url, url, url)
		<-ctx.Done()
		return nil
	})
}
