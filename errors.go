package callout

// Code classifies a refusal. It is the same on both sides of the wire. A Code is itself an error, so that
// errors.Is(err, callout.Conflict) holds for every [Error] of that code.
type Code string

// The first five are final: the command had no effect and the same one never will. The others say nothing of the
// outcome: send the same command with the same id again.
const (
	Invalid   Code = "invalid"   // the command itself is wrong
	Forbidden Code = "forbidden" // this sender may never do that to this order
	NotFound  Code = "not_found" // no such order, or one that is no business of the sender's
	Conflict  Code = "conflict"  // right in itself, but not now: the order has moved on
	TooLarge  Code = "too_large" // more than the server takes

	RateLimited Code = "rate_limited" // too many commands; slow down
	Overloaded  Code = "overloaded"   // the server has more to do than it can hold
	Unavailable Code = "unavailable"  // the database is away, or the server is closing
	Internal    Code = "internal"     // a fault of the server; it has been logged
)

func (c Code) Error() string { return string(c) }

// Final reports whether a refusal with this code is final. After any other the outcome is unknown.
func (c Code) Final() bool {
	switch c {
	case Invalid, Forbidden, NotFound, Conflict, TooLarge:
		return true
	}
	return false
}

// Error is a refusal: a Code for programs and a Message for people. Message never names anything that its recipient
// may not know.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Is reports whether target is e's Code.
func (e *Error) Is(target error) bool { return target == error(e.Code) }
