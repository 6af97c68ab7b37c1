package check

import (
	"slices"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// world is a small run that went well: an order that two servicemen wanted, and one that expired.
type world struct {
	rules   callout.Rules
	now     time.Time
	db      *Database
	orders  map[string]*callout.Order
	devices map[string]*record.Device
}

func newWorld() *world {
	w := &world{
		rules: callout.Rules{Offer: 3 * time.Second, Change: 2 * time.Second, Completion: 2 * time.Second},
		now:   time.UnixMilli(1_700_000_000_000).UTC(), orders: make(map[string]*callout.Order), devices: make(map[string]*record.Device),
		db: &Database{Orders: make(map[string][]callout.Event), Inboxes: make(map[string][]record.Event)},
	}
	for _, d := range []struct {
		user string
		role callout.Role
		kind record.Kind
	}{{"c-1", callout.Client, record.SDK}, {"s-1", callout.Serviceman, record.Raw}, {"s-2", callout.Serviceman, record.Classic}} {
		w.devices[d.user] = record.NewDevice(d.user, d.role, d.kind, "phone", time.Now())
		w.devices[d.user].Begin(record.Session{Resume: -1, Window: 100})
	}
	w.play("o-1", callout.Placed, "c-1", func(c *callout.Command) {
		c.Receivers, c.Extra.Currency = []string{"s-1", "s-2"}, "EUR"
		c.Extra.Services = []callout.Service{{Service: "tap", Quantity: 2, UnitPrice: 500}}
	})
	w.play("o-1", callout.Accepted, "s-1")
	w.refuse("o-1", callout.Accepted, "s-2")
	w.play("o-1", callout.Started, "c-1")
	w.play("o-1", callout.OrderChanged, "s-1")
	w.play("o-1", callout.ChangeDeclined, "c-1")
	w.play("o-1", callout.Payment, "c-1", func(c *callout.Command) { c.Extra.Method = callout.Cash })
	w.play("o-1", callout.PaymentVerification, "s-1")
	w.play("o-2", callout.Placed, "c-1", func(c *callout.Command) { c.Receivers = []string{"s-2"} })
	w.play("o-2", callout.OfferDeclined, "s-2")
	w.now = w.now.Add(5 * time.Second)
	w.timer("o-1")
	return w
}

// play has a command take effect, and everybody told of it.
func (w *world) play(orderID string, status callout.Status, user string, change ...func(*callout.Command)) {
	d := w.devices[user]
	cmd := callout.Command{
		ID: user + "/" + status.String() + orderID, Sender: callout.Actor{ID: user, Role: d.Role}, OrderID: orderID, Status: status,
		Classic: d.Kind == record.Classic,
	}
	for _, f := range change {
		f(&cmd)
	}
	if o := w.orders[orderID]; o != nil && status != callout.Accepted && status != callout.OfferDeclined {
		cmd.Version = o.Version
	}
	c := d.Call(cmd)
	d.TookEffect(c, w.decide(cmd))
}

func (w *world) timer(orderID string) {
	cmd, _ := w.orders[orderID].Timer()
	w.decide(cmd)
}

// refuse has a command come to nothing, of which its sender is told.
func (w *world) refuse(orderID string, status callout.Status, user string) {
	d := w.devices[user]
	cmd := callout.Command{ID: "refused", OrderID: orderID, Status: status, Classic: d.Kind == record.Classic}
	d.WasRefused(d.Call(cmd), callout.Conflict, *w.orders[orderID])
}

// decide commits a command and hands its events to everybody.
func (w *world) decide(cmd callout.Command) int64 {
	w.now = w.now.Add(10 * time.Millisecond)
	decided, err := w.rules.Apply(w.orders[cmd.OrderID], cmd, w.now)
	if err != nil {
		panic(err)
	}
	var told checker
	told.told = make(map[string][]record.Event)
	for i := range decided {
		e := decided[i]
		w.orders[e.OrderID] = &decided[i].Order
		told.tell(&e)
		e.Order = e.Order.As(callout.PartyView)
		w.db.Orders[e.OrderID] = append(w.db.Orders[e.OrderID], e)
	}
	for user, events := range told.told {
		for _, e := range events {
			e.Seq = int64(len(w.db.Inboxes[user]) + 1)
			w.db.Inboxes[user] = append(w.db.Inboxes[user], e)
			if d := w.devices[user]; !Hidden(d.Kind, e) {
				d.Hand(as(d.Kind, e, false))
				d.Ack(e.Seq)
			}
		}
	}
	return decided[0].Version
}

func (w *world) check() []Violation {
	devices := []*record.Device{w.devices["c-1"], w.devices["s-1"], w.devices["s-2"]}
	return All(w.db, devices, w.rules)
}

// handed is what a device was handed in its only session.
func (w *world) handed(user string) *[]record.Event { return &w.devices[user].Sessions[0].Events }

// command is the first command of a device with that status.
func (w *world) command(user string, status callout.Status) *record.Command {
	commands := w.devices[user].Commands
	return commands[slices.IndexFunc(commands, func(c *record.Command) bool { return c.Status == status })]
}

func TestARunThatWentWellHasNoViolation(t *testing.T) {
	if found := newWorld().check(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
