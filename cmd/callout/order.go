package main

import (
	"context"
	"fmt"
	"os"

	"github.com/calloutd/callout/cmd/callout/internal/history"
	"github.com/calloutd/callout/cmd/callout/internal/node"
)

type orderCommand struct {
	databaseFlags
	ID string `arg:"" help:"The order's id."`
}

// Run prints the history of an order, read from the database beside whoever serves it.
func (c *orderCommand) Run(ctx context.Context) error {
	events, err := node.Events(ctx, node.Database{Name: c.DB}, c.ID)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("there is no order %s in %s", c.ID, node.Redact(c.DB))
	}
	return history.Print(os.Stdout, events, 0)
}
