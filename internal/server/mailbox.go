package server

import (
	"sync"
	"time"

	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// maxHints is how many rows may wait for a session in memory. What comes beyond is read from the database.
const maxHints = 64

// mailbox is what others have for a session until its next turn.
type mailbox struct {
	mu sync.Mutex
	letters
	shut bool // the connection is over
}

type letters struct {
	posts    []func(time.Time) session.Actions
	hints    []wire.Event
	behind   bool // more hints came than there was room for
	receipts []*wire.Receipt
	watched  *wire.Watched // nil: nothing has happened that the session watches
}

// post has f called in the connection's next turn, which comes soon. It does not block. What is posted after the end is
// dropped.
func (c *conn) post(f func(time.Time) session.Actions) {
	c.postBehind(f)
	c.wake()
}

// postBehind is post for what leaves the session nothing to say, and what something follows at once that wakes it: so it takes
// no turn of its own. An answer to a command that took effect is followed by the command's event.
func (c *conn) postBehind(f func(time.Time) session.Actions) {
	c.mailbox.mu.Lock()
	defer c.mailbox.mu.Unlock()
	if !c.mailbox.shut {
		c.mailbox.posts = append(c.mailbox.posts, f)
	}
}

// Hint implements [bus.Subscriber]. The row itself would keep its whole group in memory.
func (c *conn) Hint(row *wire.Event) {
	m := &c.mailbox
	m.mu.Lock()
	switch {
	case m.shut:
	case len(m.hints) < maxHints:
		m.hints = append(m.hints, *row)
	default:
		m.behind = true
	}
	m.mu.Unlock()
	c.wake()
}

// Receipt implements [bus.Subscriber]. What there is no room for is dropped: who wants to know can ask.
func (c *conn) Receipt(r *wire.Receipt) {
	m := &c.mailbox
	m.mu.Lock()
	if len(m.receipts) < maxHints && !m.shut {
		m.receipts = append(m.receipts, r)
	}
	m.mu.Unlock()
	c.wake()
}

// Happened implements [bus.Watcher].
func (c *conn) Happened(e wire.Happened) {
	c.watches(func(w *wire.Watched) {
		if len(w.Events) < maxWatched {
			w.Events = append(w.Events, e)
		} else {
			w.Missed = true
		}
	})
}

// Missed implements [bus.Watcher].
func (c *conn) Missed() { c.watches(func(w *wire.Watched) { w.Missed = true }) }

// maxWatched is how many events an operator's session is told of in a turn, at most.
const maxWatched = 256

func (c *conn) watches(note func(*wire.Watched)) {
	m := &c.mailbox
	m.mu.Lock()
	if !m.shut {
		if m.watched == nil {
			m.watched = new(wire.Watched)
		}
		note(m.watched)
	}
	m.mu.Unlock()
	c.wake()
}

// empty takes out what is there.
func (m *mailbox) empty() letters {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.letters
	m.letters = letters{}
	return taken
}

// close throws away what is there, and what still comes.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shut, m.letters = true, letters{}
}
