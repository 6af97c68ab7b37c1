package client_test

import (
	"context"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestAServerThatIsStoppedAndStartedAgain(t *testing.T) {
	server := servertest.Start(t, func(c *servertest.Config) { c.Server.DrainPace = 0 })
	c, man := open(t, clientConfig(server.URL, "c-1")), open(t, servicemanConfig(server.URL, "s-9"))
	const rounds = 5
	placed := make(chan error, 1)
	for range rounds {
		go func() {
			_, err := c.Send(soon(t), place("s-9")) // which may meet the server at any stage of its end
			placed <- err
		}()
		server.Stop()
		server.Again()
		if err := within(t, placed, "Send"); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []*client.Socket{c, man} {
		for seq := int64(1); seq <= rounds; seq++ {
			if r := next(t, s); r.Seq != seq || r.Status != callout.Placed || r.Version != 1 {
				t.Errorf("%s's event %d is %+v", s.UserID, seq, r)
			}
		}
	}
}

// A program that crashes again and again in the middle of an event goes on with that event.
func TestAProgramThatCrashes(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	config := servicemanConfig(url, "s-9")
	config.Cursor = client.FileCursor(t.TempDir() + "/cursor")
	const orders = 10
	first := open(t, config) // from now on
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for range orders {
		send(t, c, place("s-9"))
	}
	for seq := int64(1); seq <= orders; seq++ {
		man := open(t, config)
		var seen []int64
		for r := range man.OrderStatuses(context.Background()) {
			seen = append(seen, r.Seq)
			if len(seen) == 2 || r.Seq == orders { // it finishes one, and crashes in the next
				if err := man.Close(); err != nil {
					t.Error(err)
				}
				break
			}
		}
		if seen[0] != seq {
			t.Fatalf("start %d begins with event %d", seq, seen[0])
		}
	}
}
