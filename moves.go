package callout

import (
	"slices"
	"strconv"
	"time"
)

// move finds the row by which somebody with standing s causes an event, and what they are granted in it.
func move(event Status, s standing) (*Move, *Grant) {
	for i := range table {
		m := &table[i]
		if m.Event != event {
			continue
		}
		for j := range m.By {
			if m.By[j].as == s {
				return m, &m.By[j]
			}
		}
	}
	return nil, nil
}

// Moves lists the events that a could cause now, by the order as a sees it. What a command must carry beside, each
// row's Needs say; and the server, which has heard of later events, may still refuse.
func (o Order) Moves(a Actor, now time.Time) []Status {
	s := o.standing(a)
	if s == stranger && a.Role == Serviceman && a.ID != o.ClientID && o.isOffer() {
		s = asOffered
	}
	if now.Before(o.UpdatedAt) {
		now = o.UpdatedAt
	}
	var events []Status
	for i := range table {
		m := &table[i]
		if m.open != nil && m.open(&o) != nil || m.Event == Accepted && !now.Before(o.DueAt) {
			continue
		}
		for _, g := range m.By {
			waits := g.as == asSystem && (m.Event != o.DueEvent || now.Before(o.DueAt))
			if g.as == s && slices.Contains(g.From, o.Status) && !waits {
				events = append(events, m.Event)
			}
		}
	}
	return events
}

// isOffer reports whether o is the view of an offer, which does not name those whom it is made to.
func (o *Order) isOffer() bool {
	return o.ClientID != "" && o.ServicemanID == "" && len(o.Receivers) == 0 && len(o.Former) == 0
}

// Timer is the system's command for what is due on the order, or false when nothing is. It carries the order's version,
// and takes effect at that version alone, once the time has come.
func (o *Order) Timer() (Command, bool) {
	if o.DueEvent == 0 {
		return Command{}, false
	}
	return TimerCommand(o.ID, o.Version, o.DueEvent), true
}

// TimerCommand is the system's command that event is due on an order which is at version. Its id is made from all three.
func TimerCommand(orderID string, version int64, event Status) Command {
	return Command{ID: systemCommandID(orderID, version, event), Sender: SystemActor(), OrderID: orderID, Status: event, Version: version}
}

func systemCommandID(orderID string, version int64, event Status) string {
	return orderID + "/" + strconv.FormatInt(version, 10) + "/" + strconv.Itoa(int(event))
}
