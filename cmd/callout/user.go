package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/store"
)

// userCommand looks after users, beside whoever serves the database. What it changes is in force within seconds.
type userCommand struct {
	Show   showUser   `cmd:"" help:"Show a user's devices and how far each has got."`
	End    endUser    `cmd:"" help:"End a user's sessions. They may sign in again."`
	Forget forgetUser `cmd:"" help:"Log a device out and forget it, or all of a user's devices."`
	Bar    barUser    `cmd:"" help:"End a user's sessions and let them in no more."`
	Unbar  unbarUser  `cmd:"" help:"Let a user in again."`
}

type userFlags struct {
	databaseFlags
	User string `arg:"" help:"The user's id."`
}

// with has f done on the database.
func (f *userFlags) with(ctx context.Context, do func(store.Users) error) error {
	if err := callout.CheckUserID("USER", f.User); err != nil {
		return plain(err)
	}
	users, err := node.OpenUsers(ctx, node.Database{Name: f.DB})
	if err != nil {
		return err
	}
	return errors.Join(do(users), users.Close())
}

type showUser struct{ userFlags }

// Run prints what is known of the user.
func (c *showUser) Run(ctx context.Context) error {
	return c.with(ctx, func(users store.Users) error {
		u, err := users.User(ctx, c.User)
		if err != nil {
			return err
		}
		return printUser(c.User, u)
	})
}

func printUser(id string, u store.User) error {
	fmt.Printf("user %s: inbox %d to %d, %d open orders\n", id, u.Floor+1, u.Head, u.Open)
	if !u.BarredAt.IsZero() {
		fmt.Printf("barred since %s: %s\n", u.BarredAt.Local().Format(time.DateTime), u.Reason)
	}
	if len(u.Devices) == 0 {
		fmt.Println("no device is known")
		return nil
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DEVICE\tACKNOWLEDGED\tBEHIND\tLAST SEEN")
	for _, d := range u.Devices {
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", d.Name, d.Cursor, u.Head-d.Cursor, d.SeenAt.Local().Format(time.DateTime))
	}
	return table.Flush()
}

type endUser struct{ userFlags }

// Run ends the user's sessions.
func (c *endUser) Run(ctx context.Context) error {
	return c.with(ctx, func(users store.Users) error { return users.Dismiss(ctx, c.User, "", false) })
}

type forgetUser struct {
	userFlags
	Device string `arg:"" optional:"" help:"The device. Without one, all of them."`
}

// Run logs devices out and forgets them. One that is not known is an error: it may be misspelt.
func (c *forgetUser) Run(ctx context.Context) error {
	return c.with(ctx, func(users store.Users) error {
		u, err := users.User(ctx, c.User)
		if err != nil {
			return err
		}
		known := c.Device == ""
		for _, d := range u.Devices {
			known = known || d.Name == c.Device
		}
		if !known {
			return fmt.Errorf("%s has no device %s; `callout user show %s` lists them", c.User, c.Device, c.User)
		}
		return users.Dismiss(ctx, c.User, c.Device, true)
	})
}

type barUser struct {
	userFlags
	Reason string `help:"Why, for those who look the user up later." placeholder:"TEXT"`
}

// Run bars the user.
func (c *barUser) Run(ctx context.Context) error {
	return c.with(ctx, func(users store.Users) error { return users.Bar(ctx, c.User, c.Reason) })
}

type unbarUser struct{ userFlags }

// Run lets the user in again.
func (c *unbarUser) Run(ctx context.Context) error {
	return c.with(ctx, func(users store.Users) error {
		was, err := users.Unbar(ctx, c.User)
		if err == nil && !was {
			err = fmt.Errorf("%s is not barred", c.User)
		}
		return err
	})
}
