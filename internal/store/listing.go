package store

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/calloutd/callout"
)

// Lister is what those need who look at many orders.
type Lister interface {
	// List reads a page of orders, the last placed first.
	List(ctx context.Context, q Query) (Page, error)
	// Order reads an order, and false if there is none.
	Order(ctx context.Context, id string) (callout.Order, bool, error)
	// CountOpen counts the orders that have not ended, by status.
	CountOpen(ctx context.Context) (map[callout.Status]int, error)
}

// Query says which orders to list. What is zero is not asked.
type Query struct {
	UserID       string // they are its client or its serviceman
	Open         bool   // it has not ended
	Statuses     []callout.Status
	Since, Until time.Time // when it was placed: not before the one, and before the other
	After        Cursor    // where the page before ended
	Limit        int       // how many at most, of those that match
}

// Page is a part of a list. It may have fewer orders than were asked for, or none, although others follow: it looks at LookedAt orders
// at most, and leaves those out that do not match.
type Page struct {
	Orders []callout.Order
	Next   Cursor // where the page after it begins; zero: that was all
}

// LookedAt is how many orders a page looks at, at most.
const LookedAt = 2000

// Cursor is a place in a list. Its parts are the store's to know.
type Cursor struct {
	At int64  // when the order there was placed, in milliseconds
	ID string // what tells it from others of that millisecond
}

// String is the cursor as text; the zero cursor is empty.
func (c Cursor) String() string {
	if c.ID == "" {
		return ""
	}
	return strconv.FormatInt(c.At, 10) + "-" + c.ID
}

// BadCursor is the error of a cursor that no page has given.
const BadCursor Fault = "it is no place in a list"

// ParseCursor reads what String gave. The error is BadCursor.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	at, id, _ := strings.Cut(text, "-")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || callout.CheckID("the cursor", id) != nil {
		return Cursor{}, BadCursor
	}
	return Cursor{n, id}, nil
}

// Listed is an order as it stands in a list.
type Listed struct {
	At     Cursor
	Status callout.Status
}

// Before is where the looking begins: all that is looked at stands before it.
func (q *Query) Before() Cursor {
	switch {
	case q.After.ID != "":
		return q.After
	case q.Until.IsZero():
		return Cursor{At: math.MaxInt64}
	}
	return Cursor{At: q.Until.UnixMilli()}
}

// From is the millisecond before which nothing is looked at.
func (q *Query) From() int64 {
	if q.Since.IsZero() {
		return math.MinInt64
	}
	return q.Since.UnixMilli()
}

// IsOpen reports whether no order that has ended can match.
func (q *Query) IsOpen() bool {
	return q.Open || len(q.Statuses) > 0 && !slices.ContainsFunc(q.Statuses, callout.Status.Ends)
}

// Matches reports whether an order of a status is asked for, of those in the list that is read.
func (q *Query) Matches(status callout.Status) bool {
	return (!q.Open || !status.Ends()) && (len(q.Statuses) == 0 || slices.Contains(q.Statuses, status))
}

// Looks is how many orders to read of a list: one more than are looked at, so that it is known whether others follow.
func (q *Query) Looks() int {
	if len(q.Statuses) > 0 || q.Open && q.UserID != "" {
		return LookedAt + 1
	}
	return min(q.Limit, LookedAt) + 1
}

// Choose takes those that match of the orders that were looked at, which are one more than LookedAt where there are so many, and says
// where the next page begins.
func (q *Query) Choose(looked []Listed) (chosen []Cursor, next Cursor) {
	for i, l := range looked {
		if i == LookedAt || len(chosen) == q.Limit {
			return chosen, looked[i-1].At
		}
		if q.Matches(l.Status) {
			chosen = append(chosen, l.At)
		}
	}
	return chosen, Cursor{}
}
