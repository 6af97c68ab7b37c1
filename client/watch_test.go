package client_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

func TestAnOperatorWatches(t *testing.T) {
	url := startServer(t)
	told := make(chan client.Happened, 10)
	config := clientConfig(url, "o-1")
	config.Role = callout.Operator
	config.OnWatch = func(happened []client.Happened, missed bool) {
		for _, h := range happened {
			told <- h
		}
		if missed {
			t.Error("it has missed something")
		}
	}
	open(t, config)
	placed := send(t, open(t, clientConfig(url, "c-1")), place("s-9"))
	got := within(t, told, "what has happened")
	if got.OrderID != placed.OrderID || got.Version != 1 || got.Status != callout.Placed || !got.At.Equal(placed.At) {
		t.Errorf("an operator is told %+v of %+v", got, placed)
	}
	config.Role, config.UserID = callout.Client, "c-2"
	if err := newSocket(t, config).Open(soon(t)); err == nil {
		t.Error("a client may watch")
	}
}
