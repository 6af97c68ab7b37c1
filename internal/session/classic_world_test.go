package session_test

import (
	"fmt"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// newClassicWorld is the world of an app of the original system, which does not say what role its user is in.
func newClassicWorld(t tb, a callout.Actor) *world {
	w := newWorld(t, a)
	w.me.Role = ""
	w.device = wire.ClassicDevice
	return w
}

// startClassic begins a classic session, of which the former knows nothing any more.
func (w *world) startClassic() {
	w.t.Helper()
	w.asked, w.unread = nil, nil
	from := max(w.inbox.cursors[w.device], w.inbox.floor)
	w.peer = &peer{inbox: w.inbox, window: int64(w.config.Window), classic: true, last: from, acked: from}
	var first session.Actions
	w.s, first = session.NewClassic(&w.config, w.me, w.now)
	w.do(first)
}

// connectClassic begins a classic session and lets it open.
func (w *world) connectClassic() {
	w.t.Helper()
	w.startClassic()
	w.answerOpening()
}

// openedClassic is a world with a classic session of a that has nothing to say yet.
func openedClassic(t *testing.T, a callout.Actor) *world {
	w := newClassicWorld(t, a)
	w.connectClassic()
	w.gets()
	return w
}

// sends has the app send a status, as such apps do.
func (w *world) sends(orderID string, status callout.Status) {
	w.t.Helper()
	w.says(fmt.Sprintf(`{"orderId":%q,"statusCode":"%d","receivers":[%q,%q],"extra":{}}`, orderID, status, w.me.UserID, sam.ID))
}
