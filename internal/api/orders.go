package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// ListInput says which orders to list.
type ListInput struct {
	Caller
	User   string    `query:"user" doc:"They are its client or its serviceman. Clients and servicemen may name themselves alone"`
	Open   bool      `query:"open" doc:"It has not ended"`
	Status []int     `query:"status" doc:"Its status is one of these codes" example:"[1005,1007]"`
	Since  time.Time `query:"since" doc:"It was placed then or later"`
	Until  time.Time `query:"until" doc:"It was placed before"`
	ID     string    `query:"id" maxLength:"64" doc:"Its id begins like that. For operators; with nothing else beside"`
	After  string    `query:"after" maxLength:"100" doc:"Go on where that page ended: its next"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many orders a page has at most"`
}

// ListOutput is a page of orders.
type ListOutput struct{ Body OrderPage }

// OrderPage is a page of orders.
type OrderPage struct {
	Orders []callout.Order `json:"orders" doc:"The last placed first, as the caller may see them"`
	Next   string          `json:"next,omitempty" doc:"Where the next page begins. A page may have fewer orders than it might, or none, although another follows"`
}

func (a *API) listOrders(ctx context.Context, in *ListInput) (*ListOutput, error) {
	me, err := a.identify(ctx, &in.Caller)
	if err != nil {
		return nil, err
	}
	ctx, cancel := a.within(ctx)
	defer cancel()
	q, err := in.query(me)
	if err != nil {
		return nil, err
	}
	var page store.Page
	var failed error
	switch {
	case in.ID != "":
		page, failed = a.ordersByID(ctx, in.ID, in.Limit)
	case me.Role == callout.Serviceman && in.Open:
		page, failed = a.openOrders(ctx, me.ID, &q)
	default:
		page, failed = a.list(ctx, q)
	}
	if errors.Is(failed, store.BadCursor) {
		return nil, invalid("after: " + store.BadCursor.Error())
	}
	if failed != nil {
		return nil, a.fault(ctx, "list orders", failed)
	}
	out := new(ListOutput)
	out.Body.Next = page.Next.String()
	out.Body.Orders = append(make([]callout.Order, 0, len(page.Orders)), page.Orders...)
	return out, nil
}

// list reads a page of what the caller is party to, or of all, as parties see it.
func (a *API) list(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := a.db.List(ctx, q)
	for i := range page.Orders {
		page.Orders[i] = page.Orders[i].As(callout.PartyView)
	}
	return page, err
}

// query says what is asked of the store, or what is wrong with it.
func (in *ListInput) query(me callout.Actor) (store.Query, error) {
	q := store.Query{UserID: in.User, Open: in.Open, Since: in.Since, Until: in.Until, Limit: in.Limit}
	var err error
	if q.After, err = store.ParseCursor(in.After); err != nil {
		return q, invalid("after: " + err.Error())
	}
	for _, code := range in.Status {
		status := callout.Status(code)
		if !status.Rests() {
			return q, invalid("status is not one that an order rests in")
		}
		q.Statuses = append(q.Statuses, status)
	}
	if in.ID != "" && (in.User != "" || in.Open || len(in.Status) > 0 || !in.Since.IsZero() || !in.Until.IsZero() || in.After != "") {
		return q, invalid("id goes with nothing beside it but limit")
	}
	for name, id := range map[string]string{"user": in.User, "id": in.ID} {
		if err := callout.CheckID(name, id); id != "" && err != nil {
			return q, invalid(err.Error())
		}
	}
	if readsAll(me) {
		return q, nil
	}
	if in.ID != "" || in.User != "" && in.User != me.ID {
		return q, problem(http.StatusForbidden, string(callout.Forbidden), "only operators look for the orders of others")
	}
	q.UserID = me.ID
	return q, nil
}

// ordersByID reads the orders whose id begins like that.
func (a *API) ordersByID(ctx context.Context, prefix string, limit int) (page store.Page, err error) {
	ids, err := a.db.OrderIDs(ctx, prefix, limit)
	if err != nil {
		return page, err
	}
	for _, id := range ids {
		o, there, err := a.db.Order(ctx, id)
		if err != nil {
			return page, err
		}
		if there {
			page.Orders = append(page.Orders, o.As(callout.PartyView))
		}
	}
	return page, nil
}

// openOrders reads the orders that a serviceman is party to, or has on offer, as his device would be shown them.
func (a *API) openOrders(ctx context.Context, userID string, q *store.Query) (page store.Page, err error) {
	snapshot, err := a.db.Open(ctx, userID, "", nil)
	if err != nil {
		return page, err
	}
	before := q.Before()
	for _, o := range slices.Backward(snapshot.Orders) { // the first placed is the first
		at := store.Cursor{At: o.PlacedAt.UnixMilli(), ID: o.ID}
		if at.At > before.At || at.At == before.At && at.ID >= before.ID || at.At < q.From() || !q.Matches(o.Status) {
			continue
		}
		if len(page.Orders) == q.Limit {
			last := page.Orders[q.Limit-1]
			page.Next = store.Cursor{At: last.PlacedAt.UnixMilli(), ID: last.ID}
			break
		}
		page.Orders = append(page.Orders, o)
	}
	return page, nil
}

// OrderInput names an order.
type OrderInput struct {
	Caller
	Order string `path:"order" maxLength:"64" doc:"The order's id"`
}

// OrderOutput is an order.
type OrderOutput struct{ Body callout.Order }

func (a *API) getOrder(ctx context.Context, in *OrderInput) (*OrderOutput, error) {
	order, me, err := a.find(ctx, in)
	if err != nil {
		return nil, err
	}
	return &OrderOutput{order.As(view(order, me))}, nil
}

// find reads the order that the caller names and may know of.
func (a *API) find(ctx context.Context, in *OrderInput) (*callout.Order, callout.Actor, error) {
	me, err := a.identify(ctx, &in.Caller)
	if err != nil {
		return nil, me, err
	}
	if callout.CheckID("order", in.Order) != nil {
		return nil, me, problem(http.StatusNotFound, string(callout.NotFound), "that is no order's id")
	}
	ctx, cancel := a.within(ctx)
	defer cancel()
	order, there, err := a.db.Order(ctx, in.Order)
	if err != nil {
		return nil, me, a.fault(ctx, "read an order", err)
	}
	if !there || view(&order, me) == callout.NoView {
		return nil, me, notFound(in.Order)
	}
	return &order, me, nil
}

// findAsParty is find for what is shown to the order's parties and operators alone.
func (a *API) findAsParty(ctx context.Context, in *OrderInput) (callout.Actor, error) {
	order, me, err := a.find(ctx, in)
	if err == nil && view(order, me) != callout.PartyView {
		return me, problem(http.StatusForbidden, string(callout.Forbidden), "only the parties of an order see what happened to it")
	}
	return me, err
}

// Event is what happened to an order.
type Event struct {
	Version    int64           `json:"version"`
	StatusCode int             `json:"statusCode"`
	Name       string          `json:"name"`
	Message    string          `json:"message" doc:"In a sentence for people"`
	SenderID   string          `json:"senderId" doc:"Who caused it; system, when it happened by itself"`
	SenderRole string          `json:"senderRole"`
	At         time.Time       `json:"at"`
	Order      callout.Order   `json:"order" doc:"As it was after the event"`
	Extra      json.RawMessage `json:"extra"`
}

// EventsOutput is an order's history.
type EventsOutput struct{ Body EventList }

// EventList is what happened to an order.
type EventList struct {
	Events []Event `json:"events"`
}

// asOffered shows an event of the time when nobody had the order as a serviceman on offer was told of it, and reports whether he was.
func asOffered(e *callout.Event) bool {
	e.Order, e.Extra = e.Order.As(callout.OfferView), callout.Extra{}
	return e.Status != callout.OfferDeclined
}

func (a *API) listEvents(ctx context.Context, in *OrderInput) (*EventsOutput, error) {
	me, err := a.findAsParty(ctx, in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := a.within(ctx)
	defer cancel()
	events, err := a.db.Events(ctx, in.Order)
	if err != nil {
		return nil, a.fault(ctx, "read an order's events", err)
	}
	out := new(EventsOutput)
	out.Body.Events = make([]Event, 0, len(events))
	for i := range events {
		e := &events[i]
		if me.Role == callout.Serviceman && e.Order.ServicemanID == "" && !asOffered(e) {
			continue
		}
		extra, err := e.Extra.AppendJSON(nil)
		if err != nil {
			return nil, a.fault(ctx, "encode an event", err)
		}
		out.Body.Events = append(out.Body.Events, Event{
			Version: e.Version, StatusCode: int(e.Status), Name: e.Status.String(), Message: e.Status.Message(),
			SenderID: e.Sender.ID, SenderRole: string(e.Sender.Role), At: e.At, Order: e.Order, Extra: extra,
		})
	}
	return out, nil
}
