// Package client is the Go SDK of Callout: it keeps a program connected to a server, hands it every event of its user's
// inbox in order, and sends its commands so that each takes effect once.
//
// [Socket] is the inbox as a stream and the commands as calls. It reconnects by itself, goes on where it was, and sends
// again what it does not know the outcome of. [Bloc] is the same as a component with events in and states out.
// [Classic] speaks the dialect of the original system's apps, which promises less.
//
// A program that was cut off, or that crashed, misses nothing and is handed nothing twice but the one event that it was
// busy with: what it has finished is kept in a [CursorStore].
package client
