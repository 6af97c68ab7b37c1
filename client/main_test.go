package client_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

// TestMain has all sockets of the tests go through a tap that holds their frames to docs/asyncapi.yaml, but for those that have
// an HTTPClient of their own: the servers that tests play by hand send what they like.
func TestMain(m *testing.M) {
	tap := &wiretest.Tap{Next: http.DefaultTransport}
	http.DefaultClient.Transport = tap
	goleak.VerifyTestMain(m, goleak.Cleanup(tap.Exit))
}

// patience is how long a test waits for what has to happen; in a bubble of fake time that costs nothing.
const patience = time.Minute

// startServer runs a whole server in development mode until the test ends.
func startServer(t testing.TB) (url string) { return servertest.Start(t, nil).URL }

func clientConfig(url, userID string) client.Config {
	return client.Config{URL: url, UserID: userID, Role: callout.Client, RetryMin: time.Millisecond}
}

func servicemanConfig(url, userID string) client.Config {
	return client.Config{URL: url, UserID: userID, Role: callout.Serviceman, RetryMin: time.Millisecond}
}

// newSocket makes a socket that is closed when the test ends.
func newSocket(t testing.TB, c client.Config) *client.Socket {
	t.Helper()
	s, err := client.NewSocket(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// open makes a socket and opens it.
func open(t testing.TB, c client.Config) *client.Socket {
	t.Helper()
	s := newSocket(t, c)
	if err := s.Open(soon(t)); err != nil {
		t.Fatal(err)
	}
	return s
}

// soon is a context that ends when patience does.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// next gives what comes next, and acknowledges what came before.
func next(t testing.TB, s *client.Socket) client.Received {
	t.Helper()
	for r := range s.OrderStatuses(soon(t)) {
		return r
	}
	t.Fatalf("nothing comes: %v", s.Err())
	return client.Received{}
}

// waitFor takes events until one of the status comes.
func waitFor(t testing.TB, s *client.Socket, status callout.Status) client.Received {
	t.Helper()
	for r := range s.OrderStatuses(soon(t)) {
		if r.Status == status {
			return r
		}
	}
	t.Fatalf("%s does not come: %v", status, s.Err())
	return client.Received{}
}

func send(t testing.TB, s *client.Socket, cmd callout.Command) client.Received {
	t.Helper()
	r, err := s.Send(soon(t), cmd)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// place is a command that places an order of one service.
func place(to ...string) callout.Command {
	return callout.Command{Status: callout.Placed, Receivers: to, Extra: callout.Extra{Currency: "INR", Services: price(500)}}
}

func price(unit int64) []callout.Service {
	return []callout.Service{{Service: "tap", Quantity: 1, UnitPrice: unit}}
}

// within waits for what other goroutines are bound to bring about.
func within[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("%s: nothing for %v", what, patience)
		panic("unreachable")
	}
}
