package load

import (
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// native is how to speak to a server under test.
func native(s *servertest.Server) *Native {
	return &Native{URL: "ws" + strings.TrimPrefix(s.URL, "http") + "/v1/socket"}
}

// enter connects a party until the test ends.
func enter(t *testing.T, n *Native, userID string, role callout.Role) *Session {
	t.Helper()
	s, err := n.Enter(t.Context(), Party{userID, role}, netip.Addr{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Drop() })
	return s
}

// send sends a command.
func send(t *testing.T, s *Session, c Command) {
	t.Helper()
	if err := s.Send(&c); err != nil {
		t.Fatal(err)
	}
}

// receive waits for what counts next.
func receive(t *testing.T, s *Session) Notice {
	t.Helper()
	n, err := s.Receive()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
