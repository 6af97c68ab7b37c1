package wire

// CloseCode is the status code of a WebSocket close frame. From 4000 to 4099 a client comes back, from 4100 to 4199 it
// does not, unless something about it changes.
type CloseCode uint16

const (
	Done            CloseCode = 1000
	ProtocolFault   CloseCode = 1002
	NotText         CloseCode = 1003
	NotUTF8         CloseCode = 1007
	FrameTooLarge   CloseCode = 1009
	Draining        CloseCode = 4000 // the server is closing
	FellBehind      CloseCode = 4001 // events were not acknowledged in time
	Overloaded      CloseCode = 4002 // the server has more to do than it can hold
	Unauthenticated CloseCode = 4100 // no valid token, or no hello in time
	Malformed       CloseCode = 4101 // a frame that makes no sense
	Forbidden       CloseCode = 4103 // a valid token, but not for this
	TokenExpired    CloseCode = 4104
	Replaced        CloseCode = 4105 // a later session of the same device has taken over, or had already
	LoggedOut       CloseCode = 4106 // somebody who looks after users has ended it; the user may sign in again
)

// Reconnect reports whether a client that was closed with c comes back by itself.
func (c CloseCode) Reconnect() bool { return c < 4100 && c != Done }

// GoodbyeFirst reports whether a goodbye frame goes before the close frame.
func (c CloseCode) GoodbyeFirst() bool { return c >= 4000 }
