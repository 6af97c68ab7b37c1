package sim

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// mostUnderWay is how many commands an app has under way at once.
const mostUnderWay = 3

// promptly is within what time an event is told where all is well: sooner than the server compares what was told with the
// inboxes.
const promptly = 2500 * time.Millisecond

// aWhile is longer than anything that began in the storm goes on.
const aWhile = 8 * time.Second

// app is a device with the SDK. Its process ends and begins again, and at times it forgets how far it had got.
type app struct {
	*common
	notes notebook
	since atomic.Int64 // when the connection that there is began, or the last one ended, in Unix nanoseconds

	sending   sync.Mutex
	underWay  int
	undecided []callout.Command // what the process before sent and did not learn the outcome of
}

func (a *app) run(ctx context.Context) {
	for ctx.Err() == nil {
		a.live(ctx)
		pause(ctx, a.dice.between(0, 2*time.Second))
	}
}

// live is one process of the app.
func (a *app) live(ctx context.Context) {
	life, end := a.world.lifetime(ctx, a.dice.between(3*time.Second, 40*time.Second))
	defer end()
	if a.dice.chance(0.15) {
		a.note("has forgotten how far it had got")
		a.notes.forget()
	}
	haunted := len(a.world.network.of(a.name)) > 0
	http := a.world.network.httpClient(a.name)
	defer http.CloseIdleConnections()
	socket, err := client.NewSocket(client.Config{
		URL: "http://callout.sim", UserID: a.user(), Role: a.person.plan.actor.Role, Device: a.name, Cursor: &a.notes,
		WhenDone: a.dice.chance(0.3), RetryMin: 50 * time.Millisecond, RetryMax: 2 * time.Second, HTTPClient: http,
		OnConnection: a.connection,
	})
	if err != nil {
		a.broke("it gets no socket: %v", err)
		return
	}
	if err := socket.Open(life); err != nil {
		a.note("could not open: %v", err)
		a.mayEnd(err, haunted)
		return
	}
	var speaking sync.WaitGroup
	speaking.Go(func() { a.speak(life, socket, &speaking) })
	for r := range socket.OrderStatuses(life) {
		if !a.take(life, r) {
			break
		}
	}
	end()
	a.note("ends: %v", socket.Err())
	a.mayEnd(socket.Err(), haunted)
	if a.dice.chance(0.3) {
		a.world.cut(a.name, 0, a.dice.between(0, 3*time.Second))
	}
	_ = socket.Close()
	speaking.Wait()
}

// mayEnd holds the end of a socket to what may end one. Only what the process before has left in the network, if there is
// something, can take the device over, but none of the socket's own hellos.
func (a *app) mayEnd(err error, haunted bool) {
	var closed *client.CloseError
	if errors.As(err, &closed) && closed.Code == client.CodeReplaced && !haunted {
		a.broke("its socket is replaced, and by none but itself: %v", err)
	}
}

// take is handed an event, and reports whether the process lives on: if it does not, it has not finished the event.
func (a *app) take(ctx context.Context, r client.Received) bool {
	a.note("is handed %d: %s, %s", r.Seq, wire.EventName(r.OrderID, r.Version), r.Status)
	if r.Reset {
		a.broke("it is reset, and the database is not an older one")
		return false
	}
	if want := a.notes.next(); r.Seq != want {
		a.broke("it is handed number %d, and number %d is next", r.Seq, want)
	}
	order, err := json.Marshal(r.Order)
	if err != nil {
		a.broke("the order cannot be encoded: %v", err)
	}
	a.world.truth.told(a.name, a.user(), &wire.Event{
		Seq: r.Seq, OrderID: r.OrderID, Version: r.Version, SenderID: r.SenderID, ReceiverID: r.ReceiverID,
		CommandID: r.CommandID, Status: r.Status, At: r.At, Order: order,
	})
	if late := a.world.clock.now().Sub(r.At); late > promptly && a.wasWellFor(late) {
		a.broke("it is handed number %d after %v, and no wake-up is ever lost", r.Seq, late)
	}
	a.person.mind.see(r.Order)
	if a.dice.chance(0.05) && !a.world.isCalm() {
		pause(ctx, a.dice.between(0, 6*time.Second))
	}
	return !a.dice.chance(0.01) || a.world.isCalm()
}

func (a *app) connection(connected bool, err error) {
	a.note("is connected: %v (%v)", connected, err)
	a.since.Store(time.Now().UnixNano())
}

// wasWellFor reports whether the app should have been told promptly of what happened that long ago: wake-ups all get through
// in this run, and all was calm, and the app connected, for some time before.
func (a *app) wasWellFor(d time.Duration) bool {
	w := a.world
	since := later(w.began.Add(w.plan.storm), time.Unix(0, a.since.Load()))
	return w.plan.trust == 1 && w.isCalm() && time.Since(since) > d+aWhile
}

// speak sends what the process before has left undecided, and what the user wants.
func (a *app) speak(ctx context.Context, socket *client.Socket, speaking *sync.WaitGroup) {
	for pause(ctx, a.dice.between(100*time.Millisecond, 2*time.Second)) {
		for _, cmd := range a.toSend() {
			speaking.Go(func() { a.send(ctx, socket, cmd) })
		}
	}
}

// toSend takes what to send now. At times the SDK is to name the command, and to fill in the version if it knows the order;
// at times a command that has a name is to go out without a version.
func (a *app) toSend() (cmds []callout.Command) {
	a.sending.Lock()
	defer a.sending.Unlock()
	cmds, a.undecided = a.undecided, nil
	if a.underWay < mostUnderWay && !a.world.isQuiet() {
		if cmd, ok := a.person.mind.want(); ok {
			switch {
			case cmd.Status == callout.Placed:
			case a.dice.chance(0.25):
				cmd.ID, cmd.Version = "", 0
			case a.dice.chance(0.1):
				cmd.Version = 0
			}
			cmds = append(cmds, cmd)
		}
	}
	a.underWay += len(cmds)
	return cmds
}

// send has a command take effect, or leaves it to the next process to learn what became of it.
func (a *app) send(ctx context.Context, socket *client.Socket, cmd callout.Command) {
	var refusal *callout.Error
	var undecided *client.UndecidedError
	r, err := a.ask(ctx, socket, &cmd)
	key := store.Key{SenderID: a.user(), CommandID: cmd.ID}
	left := false
	switch {
	case err == nil:
		a.world.outcomes.tookEffect(a.name, key, r.OrderID, r.Version)
	case errors.As(err, &undecided):
		left = true
	case errors.As(err, &refusal):
		a.world.outcomes.refused(a.name, key, refusal.Code, refusal.Message)
		if r.Order.ID != "" {
			a.world.truth.shown(a.name, &r.Order)
			a.person.mind.see(r.Order)
		}
	default:
		left = cmd.ID != "" // what has no name was not sent, and is forgotten
	}
	a.sending.Lock()
	defer a.sending.Unlock()
	a.underWay--
	if left && !slices.ContainsFunc(a.undecided, func(c callout.Command) bool { return c.ID == cmd.ID }) {
		a.undecided = append(a.undecided, cmd)
	}
}

// ask sends a command, and makes it what was sent, if that is known: with the name and the version that the SDK has given it.
func (a *app) ask(ctx context.Context, socket *client.Socket, cmd *callout.Command) (client.Received, error) {
	if cmd.ID != "" {
		a.world.outcomes.asks(a.name, *cmd)
		return socket.Send(ctx, *cmd)
	}
	isThis := func(o callout.Order) bool { return o.ID == cmd.OrderID }
	fillsIn := slices.ContainsFunc(socket.Orders(), isThis)
	a.world.outcomes.asksUnnamed(a.name, *cmd)
	r, err := socket.Send(ctx, *cmd)
	var undecided *client.UndecidedError
	switch {
	case errors.As(err, &undecided):
		*cmd = undecided.Command
	case err == nil, errors.As(err, new(*callout.Error)):
		cmd.ID = r.CommandID
	}
	a.world.outcomes.named(a.name, *cmd, fillsIn)
	return r, err
}
