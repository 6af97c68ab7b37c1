package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/calloutd/callout/cmd/callout/internal/history"
	"github.com/calloutd/callout/cmd/internal/node"
)

type orderCommand struct {
	databaseFlags
	ID       string `arg:"" help:"The order's id, or the beginning of it."`
	Receipts bool   `help:"Show, too, what became of each event for those who were told of it."`
}

// Run prints the history of an order, read from the database beside whoever serves it.
func (c *orderCommand) Run(ctx context.Context) error {
	db, err := node.OpenReader(ctx, node.Database{Name: c.DB})
	if err != nil {
		return err
	}
	defer db.Close()
	id, err := c.find(ctx, db)
	if err != nil {
		return err
	}
	events, err := db.Events(ctx, id)
	if err != nil {
		return err
	}
	fmt.Println("order", id)
	if err := history.Print(os.Stdout, events, 0); err != nil || !c.Receipts {
		return err
	}
	receipts, err := db.Receipts(ctx, id, 0, "")
	if err != nil {
		return err
	}
	fmt.Println()
	return history.PrintReceipts(os.Stdout, receipts)
}

// find gives the id of the order that is meant: the whole id goes before the beginning of another.
func (c *orderCommand) find(ctx context.Context, db node.Reader) (string, error) {
	const most = 5
	ids, err := db.OrderIDs(ctx, c.ID, most+1)
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", fmt.Errorf("there is no order %s in %s, nor one that begins with it", c.ID, node.Redact(c.DB))
	case len(ids) == 1 || ids[0] == c.ID: // which sorts before all that it begins
		return ids[0], nil
	case len(ids) > most:
		ids[most] = "…"
	}
	return "", fmt.Errorf("%s may be %s", c.ID, strings.Join(ids, ", "))
}
