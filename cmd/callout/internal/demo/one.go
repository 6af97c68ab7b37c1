package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/calloutd/callout/cmd/callout/internal/history"
	"github.com/calloutd/callout/cmd/internal/node"
)

// playOne plays one order and shows each arrow when it is recorded, then what the database says of the order.
func (o *Options) playOne(ctx context.Context, d node.Database) (err error) {
	watching, progress, stop := watched(ctx, patience)
	defer stop()
	shows := []func(arrow) error{progress}
	if o.Trace != "" {
		file, err := os.Create(o.Trace)
		if err != nil {
			return fmt.Errorf("make the trace: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		shows = append(shows, traceTo(file))
	}
	picture := newDrawing(o.Out, ink{o.Colours})
	if !o.Mermaid {
		shows = append(shows, picture.arrow)
	}

	record, orderID := newRecorder(time.Now, shows...), hexID()
	err = besideServer(watching, d, o.Log, record.commits(orderID), func(ctx context.Context, url string) error {
		if !o.Mermaid {
			fmt.Fprintf(o.Out, "\nOne order over real sockets in %s, kept in %s.\nEvery status is committed before anybody is told.\n\n", o.dialect(), o.kept())
			if err := picture.head(); err != nil {
				return err
			}
		}
		p, err := newPlay(url, orderID, o.Cancel, o.Classic, record)
		if err != nil {
			return err
		}
		return p.run(ctx)
	})
	arrows, failed := record.recorded()
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	if o.Mermaid {
		return writeMermaid(o.Out, arrows)
	}
	return o.conclude(ctx, d, orderID, arrows)
}

// conclude shows the order as the database has it.
func (o *Options) conclude(ctx context.Context, d node.Database, orderID string, arrows []arrow) error {
	events, err := node.Events(ctx, d, orderID)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("the database does not have order %s", orderID)
	}
	fmt.Fprintf(o.Out, "\nOrder %s, read back from the database:\n\n", orderID)
	if err := history.Print(o.Out, events, 20); err != nil {
		return fmt.Errorf("show the order: %w", err)
	}
	rests := events[len(events)-1].Order.Status
	if rests != end(o.Cancel) {
		return fmt.Errorf("order %s rests in %s; it was to end in %s", orderID, rests, end(o.Cancel))
	}
	fmt.Fprintf(o.Out, "\n%d arrows, %d events, %s. It rests in %s.\n", len(arrows), len(events), short(arrows[len(arrows)-1].At), rests)
	fmt.Fprint(o.Out, o.again(orderID))
	return nil
}

// again is how to see an order once more, if its database is kept and can be named.
func (o *Options) again(orderID string) string {
	database, whole := node.Retype(o.Database)
	if database == "" {
		return ""
	}
	hint := "To see it again: callout order " + orderID + " --db " + shellQuoted(database)
	if !whole {
		hint += " (and the password, which is not shown)"
	}
	return hint + "\n"
}

// shellQuoted is text as one word of a POSIX shell's.
func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// hexID is an id that nobody else has, such as the original's apps give.
func hexID() string {
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
