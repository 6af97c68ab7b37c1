package store

import (
	"context"
	"time"
)

// Keeper is what retention needs. A call takes short transactions; keep is how long what nobody needs any longer is kept,
// by the clock that decides.
type Keeper interface {
	// Cut goes through some users more: it forgets their devices that have not been seen for as long as keep, and cuts
	// off the rows of their inboxes that are older than that and that every known device has acknowledged, with what
	// receipts say of them. It cuts at most about limit rows.
	Cut(ctx context.Context, keep time.Duration, from Cut, limit int) (Cut, error)
	// DropOrders removes at most limit orders that ended longer ago than keep and stand in no inbox any more, with their
	// events. It reports how many.
	DropOrders(ctx context.Context, keep time.Duration, limit int) (int, error)
}

// Cut is how far a way through all users has got, and what its last step did. The zero Cut is the beginning.
type Cut struct {
	After   string // the last user who is done with
	Done    bool   // there is nobody after them
	Rows    int    // cut off
	Devices int    // forgotten
}

// UsersAtOnce is how many users one Cut goes through, at most.
const UsersAtOnce = 200

// Dismissal is the wish that sessions end: those of one device of a user, or of all.
type Dismissal struct {
	N      int64 // grows with every dismissal
	UserID string
	Device string // empty: all of the user's
	Barred bool   // the user is let in no more; otherwise they may sign in again
}

// DismissalReader is what the server needs to know of whom to send away.
type DismissalReader interface {
	// Dismissals reads those after one number, in order.
	Dismissals(ctx context.Context, after int64) ([]Dismissal, error)
	// LastDismissal reads the number of the last one; 0: there has been none.
	LastDismissal(ctx context.Context) (int64, error)
	// Barred reports whether a user is let in no more.
	Barred(ctx context.Context, userID string) (bool, error)
}

// Users is what those need who look after users, beside whoever serves the database. What they change is in force within
// a second or two.
type Users interface {
	// User reads what is known of a user. One of whom nothing is known is no error.
	User(ctx context.Context, userID string) (User, error)
	// Dismiss ends the sessions of one device of a user, or of all when device is empty. forget has the devices forgotten
	// as well: one that comes back starts as a new one.
	Dismiss(ctx context.Context, userID, device string, forget bool) error
	// Bar ends a user's sessions and lets them in no more.
	Bar(ctx context.Context, userID, reason string) error
	// Unbar lets a user in again. It reports whether they were barred.
	Unbar(ctx context.Context, userID string) (bool, error)
}

// User is what is known of one.
type User struct {
	Head, Floor int64 // of the inbox
	Open        int   // orders that they are party to or on offer for
	Devices     []Device
	BarredAt    time.Time // zero: they are not
	Reason      string    // why they are
}

// Device is one installation of an app.
type Device struct {
	Name   string
	Cursor int64
	SeenAt time.Time
}
