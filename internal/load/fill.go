package load

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/google/uuid"

	"github.com/calloutd/callout"
)

// FillConfig says how much is played.
type FillConfig struct {
	Pairs  int // all play at once
	Orders int // that each pair plays at once, of which the dialect has to hold as many notices for each side
	Events int // that each pair plays: whole orders, of which the last may not come to its end
	Prefix string
	Played func(events int) // is told by many goroutines at once; may be nil
}

// Fill has pairs play so many events, as fast as they are taken. A refusal ends it.
func Fill(ctx context.Context, d Dialect, c FillConfig) error {
	return each(ctx, c.Pairs, c.Pairs, func(ctx context.Context, i int) error { return fill(ctx, d, c, i) })
}

// Parties are those who play, a client and a serviceman of each pair.
func Parties(prefix string, pairs int) []Party {
	list := make([]Party, 0, 2*pairs)
	for i := range pairs {
		list = append(list, party(prefix, callout.Client, i), party(prefix, callout.Serviceman, i))
	}
	return list
}

// fill plays what one pair has to.
func fill(ctx context.Context, d Dialect, c FillConfig, pair int) error {
	var sides [2]side
	for i, role := range []callout.Role{client: callout.Client, serviceman: callout.Serviceman} {
		who := party(c.Prefix, role, pair)
		conn, err := d.Dial(ctx, who, netip.Addr{})
		if err != nil {
			return err
		}
		defer conn.Close()
		// Without a word from the server the play waits for ever, so it ends with the context.
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		defer stop()
		sides[i] = side{who, conn}
	}
	whole, rest := c.Events/len(Story), c.Events%len(Story)
	for whole > 0 {
		n := min(whole, c.Orders)
		if err := c.play(sides, n, Story[:]); err != nil {
			return err
		}
		whole -= n
	}
	return c.play(sides, 1, Story[:rest])
}

// play plays so many orders side by side, through some steps of the story.
func (c *FillConfig) play(sides [2]side, orders int, steps []callout.Status) error {
	ids := make([]string, orders)
	for i := range ids {
		ids[i] = newID()
	}
	for step := range steps {
		if err := move(sides, ids, step); err != nil {
			return err
		}
		if c.Played != nil {
			c.Played(orders)
		}
	}
	return nil
}

// move makes a step of each order, and waits until both sides know of all.
func move(sides [2]side, orders []string, step int) error {
	by := serviceman
	if byClient(Story[step]) {
		by = client
	}
	for _, order := range orders {
		c := Command{ID: newID(), OrderID: order, Status: Story[step], Version: int64(step), To: sides[1-by].who.UserID}
		if err := sides[by].conn.Send(&c); err != nil {
			return err
		}
	}
	for _, to := range []int{by, 1 - by} {
		for range orders {
			n, err := sides[to].conn.Receive()
			if err == nil && n.Version != int64(step+1) {
				err = fmt.Errorf("got version %d of order %s out of turn", n.Version, n.OrderID)
			}
			if err != nil {
				return fmt.Errorf("%s, %s: %w", sides[to].who.UserID, Story[step], err)
			}
		}
	}
	return nil
}

// newID makes an id as an SDK would.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
