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
	if a.Role == Serviceman && o.ServicemanID == "" && o.ClientID != "" {
		s = asOffered // the view of an offer does not name those whom it is made to
	}
	var events []Status
	for i := range table {
		m := &table[i]
		for _, g := range m.By {
			if g.as != s || !slices.Contains(g.From, o.Status) || m.open != nil && m.open(&o) != nil {
				continue
			}
			if late := m.Event == Accepted && !now.Before(o.DueAt); !late && !slices.Contains(events, m.Event) {
				events = append(events, m.Event)
			}
		}
	}
	return events
}

// Timer is the system's command for what is due on the order, or false when nothing is. It carries the version at which
// the timer was set, and takes effect at that version alone, once the time has come.
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
