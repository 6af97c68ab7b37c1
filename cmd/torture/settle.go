package main

import (
	"context"
	"fmt"
	"time"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/cmd/torture/internal/check"
	"github.com/calloutd/callout/cmd/torture/internal/party"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

const (
	settleWithin = 90 * time.Second // for everybody to have everything
	quietFor     = 5 * time.Second  // no timer takes longer
	lookEvery    = 200 * time.Millisecond
)

// settle waits until nothing happens any more and every device has what its inbox holds. It is no error when that does
// not come to be: then something is lost, and the comparison says what.
func (t *torture) settle(ctx context.Context) error {
	t.say("waiting until everybody has everything\n")
	db, err := node.OpenReader(ctx, t.stage.database())
	if err != nil {
		return err
	}
	defer db.Close()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	since := time.Now()
	handed, quiet, told := t.written().handed, since, since
	for range ticker.C {
		late := time.Since(since) > settleWithin
		if now := t.written().handed; now != handed {
			handed, quiet = now, time.Now()
		}
		if time.Since(quiet) < quietFor && !late {
			continue
		}
		waitsFor, err := t.unsettled(ctx, db)
		switch {
		case err != nil || waitsFor == "":
			return err
		case late:
			t.say("not everybody has everything: %s\n", waitsFor)
			return nil
		case time.Since(told) > progressIn:
			t.say("  waiting for %s\n", waitsFor)
			told = time.Now()
		}
	}
	return nil
}

// unsettled says what a device does not have yet, if there is one.
func (t *torture) unsettled(ctx context.Context, db node.Reader) (string, error) {
	for _, p := range t.parties {
		behind, err := isBehind(ctx, db, p)
		switch {
		case err != nil:
			return "", err
		case behind:
			return fmt.Sprintf("%s/%s (%s), which has been handed %d", p.Device.UserID, p.Device.Name, p.Device.Kind, p.Device.Last()), nil
		case p.Device.Undecided() > 0:
			return fmt.Sprintf("%s/%s (%s), whose commands are undecided", p.Device.UserID, p.Device.Name, p.Device.Kind), nil
		}
	}
	return "", nil
}

// isBehind reports whether the inbox of a party holds an event for it that it has not been handed.
func isBehind(ctx context.Context, db node.Reader, p *party.Party) (bool, error) {
	rows, err := db.Page(ctx, p.Device.UserID, p.Device.Last(), 10)
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		e, _, err := record.FromWire(row)
		if err != nil || !check.Hidden(p.Device.Kind, e) {
			return true, err
		}
	}
	return false, nil
}
