package client

import (
	"errors"
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Fault is why something could not be done that has nothing to do with the rules: compare with errors.Is.
type Fault string

const (
	// ErrClosed: the socket is not open: not yet, not any longer, or it has ended for good.
	ErrClosed Fault = "the socket is not open"
	// ErrOpen: it is open already.
	ErrOpen Fault = "the socket is open already"
	// ErrReset: the server no longer has what this device knew, such as after it was restored from a backup. The command
	// was dropped; decide anew by [Socket.Orders].
	ErrReset Fault = "the server has lost what this device knew"
	// ErrBusy: too much waits already.
	ErrBusy Fault = "too much is waiting"
)

func (f Fault) Error() string { return string(f) }

// The close codes that end a socket for good, as in [CloseError].
const (
	CodeUnauthenticated = int(wire.Unauthenticated) // no valid token
	CodeMalformed       = int(wire.Malformed)       // the server does not understand this SDK
	CodeForbidden       = int(wire.Forbidden)       // a valid token, but not for this
	CodeTokenExpired    = int(wire.TokenExpired)    // and Config.Token had no other
	CodeReplaced        = int(wire.Replaced)        // a later socket of the same device has taken over
	CodeLoggedOut       = int(wire.LoggedOut)       // the device was logged out, or the user's sessions ended
)

// CloseError is a server's word on why it closed a connection, or would not open it.
type CloseError struct {
	Code   int // of the WebSocket close frame; 4100 to 4199 end the socket for good
	Reason string

	after time.Duration // how long to stay away
	stay  bool          // not to come back
	late  bool          // the hello may have come too late to be looked at
}

// codeDone closes a session whose user's orders have all ended.
const codeDone = int(wire.Done)

// final reports whether the server does not want the client back.
func (e *CloseError) final() bool {
	return e.Code >= 4100 || e.Code >= 4000 && e.stay
}

func (e *CloseError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("closed by the server with code %d", e.Code)
	}
	return fmt.Sprintf("closed by the server with code %d: %s", e.Code, e.Reason)
}

// UndecidedError says that a command was sent, but that Send ended before it was known what became of it. It may have
// taken effect, or may yet.
type UndecidedError struct {
	Command callout.Command // as it was sent. Sent again unchanged, it tells what became of it and has no second effect
	Cause   error           // why Send ended: the error of its context, ErrClosed, …
}

func (e *UndecidedError) Error() string {
	return fmt.Sprintf("it is not known whether %s took effect: %v", e.Command.Status, e.Cause)
}

// Unwrap gives the Cause.
func (e *UndecidedError) Unwrap() error { return e.Cause }

// protocolFault is a server that does what the protocol does not allow. Coming back may help; hurrying will not.
type protocolFault struct{ what string }

func (e *protocolFault) Error() string { return "the server broke the protocol: " + e.what }

func faultf(format string, a ...any) error { return &protocolFault{fmt.Sprintf(format, a...)} }

// finalError ends the socket for good.
type finalError struct{ error }

func (e finalError) Unwrap() error { return e.error }

// sendAgain reports whether a refusal says nothing of the outcome. A code that this SDK does not know is no reason to
// insist.
func sendAgain(code callout.Code) bool {
	switch code {
	case callout.RateLimited, callout.Overloaded, callout.Unavailable, callout.Internal:
		return true
	}
	return false
}

// stayAway is how long the server wants to be left alone after err.
func stayAway(err error) time.Duration {
	var closed *CloseError
	if errors.As(err, &closed) {
		return closed.after
	}
	return 0
}
