package client_test

import (
	"net/http"
	"testing"

	"github.com/calloutd/callout/internal/wire/wiretest"
)

// TestTheFramesOfTheseTestsAreHeldToThePage, unless a test gives its sockets a client of its own.
func TestTheFramesOfTheseTestsAreHeldToThePage(t *testing.T) {
	tap := http.DefaultClient.Transport.(*wiretest.Tap)
	before := tap.Held()
	open(t, clientConfig(startServer(t), "c-1"))
	if tap.Held() < before+2 {
		t.Error("neither the hello nor the welcome has gone through the tap")
	}
}
