package sim

import (
	"context"
	"sync"

	"github.com/calloutd/callout/client"
)

// notebook is where an app keeps how far it has got. It implements client.CursorStore.
type notebook struct {
	app *app

	mu     sync.Mutex
	cursor client.Cursor
}

// Load implements client.CursorStore.
func (n *notebook) Load(context.Context) (client.Cursor, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cursor, nil
}

// Save implements client.CursorStore. The first time the cursor is where the server lets the device begin.
func (n *notebook) Save(_ context.Context, c client.Cursor) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.cursor.Device == "":
		n.app.begins(c.Seq)
	case c.Seq != n.cursor.Seq+1:
		n.app.broke("it has finished number %d after %d", c.Seq, n.cursor.Seq)
	}
	n.cursor = c
	n.app.finishes(c.Seq)
	return nil
}

// next is the seq of the event that is to be handed to the app now.
func (n *notebook) next() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cursor.Seq + 1
}

func (n *notebook) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cursor = client.Cursor{}
}
