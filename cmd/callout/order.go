package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout"
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
	return printHistory(os.Stdout, events)
}

// printHistory writes an order's events as a table, and how the order stands after them.
func printHistory(w io.Writer, events []callout.Event) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\tAT\tCODE\tEVENT\tBY\tTOTAL")
	for _, e := range events {
		fmt.Fprintf(table, "%d\t%s\t%d\t%s\t%s %s\t%s\n", e.Version, e.At.Local().Format(time.DateTime+".000"),
			int(e.Status), e.Status, e.Sender.Role, e.Sender.ID, money(e.Order.Total, e.Order.Currency))
	}
	return table.Flush()
}

func money(amount int64, currency string) string {
	if currency == "" {
		return fmt.Sprint(amount)
	}
	return fmt.Sprintf("%d %s", amount, currency)
}
