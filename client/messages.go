package client

import "github.com/calloutd/callout"

// Event is what a [Bloc] is told: a ConnectEvent, DisconnectEvent, ReceiveDataEvent or SendDataEvent.
type Event interface{ isEvent() }

// ConnectEvent has the Bloc connect, and stay connected.
type ConnectEvent struct{}

// DisconnectEvent has the Bloc disconnect.
type DisconnectEvent struct{}

// ReceiveDataEvent says that something was received; the Bloc passes it on as a ReceiveDataState.
type ReceiveDataEvent struct{ Received }

// SendDataEvent has the Bloc send a command, as [Socket.Send] does.
type SendDataEvent struct{ Command callout.Command }

func (ConnectEvent) isEvent()     {}
func (DisconnectEvent) isEvent()  {}
func (ReceiveDataEvent) isEvent() {}
func (SendDataEvent) isEvent()    {}

// State is what a [Bloc] tells: a ConnectState, DisconnectState, ReceiveDataState, DataSentState or NullState.
type State interface{ isState() }

// ConnectState says that the connection is there.
type ConnectState struct{}

// DisconnectState says that the connection is not there.
type DisconnectState struct {
	Err       error // why; nil after a DisconnectEvent, and when everything is done (see Config.WhenDone)
	Returning bool  // the Bloc is trying to connect again. If it is not, a ConnectEvent makes it
}

// ReceiveDataState gives the program an event of its inbox.
type ReceiveDataState struct{ Received }

// DataSentState says what became of a command.
type DataSentState struct {
	Message  string // in a sentence for people
	Received Received
	Err      error // nil: the command took effect. Else this and Received are as from [Socket.Send]
}

// NullState says that something was to be sent while there was no socket to send it.
type NullState struct{}

func (ConnectState) isState()     {}
func (DisconnectState) isState()  {}
func (ReceiveDataState) isState() {}
func (DataSentState) isState()    {}
func (NullState) isState()        {}

// What a Bloc tells itself.
type (
	// inboxEvent is a ReceiveDataEvent whose state the program has to finish before the next one is asked for.
	inboxEvent struct{ Received }
	// linkEvent says what became of the connection in one life of the socket.
	linkEvent struct {
		life int
		change
	}
	// sentEvent says what became of a command.
	sentEvent struct{ state DataSentState }
)

func (inboxEvent) isEvent() {}
func (linkEvent) isEvent()  {}
func (sentEvent) isEvent()  {}
