package server_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// older is a database that, from some moment on, is one that has not seen what was sent.
type older struct {
	store.Inbox
	now atomic.Bool
}

func (o *older) Heads(ctx context.Context, userIDs []string) (map[string]int64, error) {
	heads, err := o.Inbox.Heads(ctx, userIDs)
	if o.now.Load() {
		clear(heads)
	}
	return heads, err
}

func TestASessionWhoseInboxHasLostWhatItSentIsSentBackToResume(t *testing.T) {
	var restored *older
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Inbox = func(i store.Inbox) store.Inbox {
			restored = &older{Inbox: i}
			return restored
		}
	})
	client, _ := s.Enter("c-1", callout.Client)
	quiet, _ := s.Enter("c-2", callout.Client)
	client.Command("k", "o-1", callout.Placed, func(c *callout.Command) { c.Receivers = []string{"s-9"} })
	client.Event()

	s.Server.Missed() // nothing is lost yet
	restored.now.Store(true)
	s.Server.Missed()
	code, goodbye := client.Closed()
	if code != wire.FellBehind || goodbye == nil || !goodbye.Reconnect {
		t.Errorf("the session ends with %d, %+v", code, goodbye)
	}
	quiet.Command("q", "o-2", callout.Placed, func(c *callout.Command) { c.Receivers = []string{"s-9"} })
	if e := quiet.Event(); e.Seq != 1 {
		t.Errorf("a session that was sent nothing goes on with %+v", e)
	}
}

func TestInDevelopmentModeAPageThatPointsItsOwnNameHereIsRefused(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.LocalOnly = true })
	s.Enter("c-1", callout.Client) // by 127.0.0.1
	for host, want := range map[string]int{
		"evil.example": http.StatusForbidden, "evil.example:8080": http.StatusForbidden, "127.0.0.1.evil.example": http.StatusForbidden,
		"localhost:8080": http.StatusSwitchingProtocols, "[::1]:8080": http.StatusSwitchingProtocols,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/socket", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		for key, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "http://" + host,
		} {
			request.Header.Set(key, value)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("Host %s is answered with %s", host, response.Status)
		}
	}
}
