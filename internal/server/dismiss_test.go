package server_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/internal/wire"
)

// attended is a server, and somebody who looks after its users.
func attended(t *testing.T) (*servertest.Server, *sqlite.Users) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.DismissEvery = 10 * time.Millisecond })
	users, err := sqlite.OpenUsers(s.Config.Path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := users.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, users
}

func on(device string) func(*wire.Hello) { return func(h *wire.Hello) { h.Device = device } }

func TestADeviceIsLoggedOutAndForgotten(t *testing.T) {
	s, users := attended(t)
	phone, _ := s.Enter("c-1", callout.Client, on("phone"))
	tablet, _ := s.Enter("c-1", callout.Client, on("tablet"))
	other, _ := s.Enter("c-2", callout.Client, on("phone"))
	place(phone, "p-1", "o-1", "s-1")
	phone.Event()
	if err := users.Dismiss(t.Context(), "c-1", "phone", true); err != nil {
		t.Fatal(err)
	}
	endsWith(t, phone, wire.LoggedOut)
	place(tablet, "p-2", "o-2", "s-1") // the others stay
	tablet.Event()
	tablet.Event()
	place(other, "p-3", "o-3", "s-1")
	other.Event()
	if _, welcome := s.Enter("c-1", callout.Client, on("phone")); welcome.From != 2 {
		t.Errorf("the device that comes back goes on after %d, and not from now on", welcome.From)
	}
}

func TestAUsersSessionsAreEnded(t *testing.T) {
	s, users := attended(t)
	phone, _ := s.Enter("c-1", callout.Client, on("phone"))
	classic := s.Dial("/order?userId=c-1")
	place(phone, "p-1", "o-1", "s-1")
	phone.Event()
	classic.Next()
	if err := users.Dismiss(t.Context(), "c-1", "", false); err != nil {
		t.Fatal(err)
	}
	endsWith(t, phone, wire.LoggedOut)
	if code, _ := classic.Closed(); code != wire.LoggedOut {
		t.Errorf("the classic session ends with %d", code)
	}
	eventually(t, "what was acknowledged is written", func() bool {
		user, err := users.User(t.Context(), "c-1")
		return err == nil && len(user.Devices) == 2 && user.Devices[0].Cursor+user.Devices[1].Cursor >= 1
	})
	back, _ := s.Enter("c-1", callout.Client, on("phone")) // as a device that is known
	place(back, "p-2", "o-2", "s-1")
	if e := back.Event(); e.OrderID != "o-2" || e.Seq != 2 {
		t.Errorf("the next event is %+v", e)
	}
}

func TestAUserWhoIsBarredIsLetInNoMore(t *testing.T) {
	s, users := attended(t)
	p, _ := s.Enter("c-1", callout.Client)
	if err := users.Bar(t.Context(), "c-1", "did not pay"); err != nil {
		t.Fatal(err)
	}
	endsWith(t, p, wire.Forbidden)
	again := s.Dial("/v1/socket")
	again.Send(wire.Hello{UserID: "c-1", Role: callout.Client, Device: "another"})
	endsWith(t, again, wire.Forbidden)
	if code, _ := s.Dial("/order?userId=c-1").Closed(); code != wire.Forbidden {
		t.Errorf("the classic session ends with %d", code)
	}
	s.Enter("c-2", callout.Client)
	if was, err := users.Unbar(t.Context(), "c-1"); err != nil || !was {
		t.Fatalf("unbar: %t, %v", was, err)
	}
	s.Enter("c-1", callout.Client)
}

func TestAServerThatStartsSendsNobodyAwayForWhatWasBefore(t *testing.T) {
	s, users := attended(t)
	if err := users.Dismiss(t.Context(), "c-1", "", false); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	s.Again()
	p, _ := s.Enter("c-1", callout.Client)
	if err := users.Dismiss(t.Context(), "c-2", "", false); err != nil {
		t.Fatal(err)
	}
	q, _ := s.Enter("c-3", callout.Client)
	if err := users.Dismiss(t.Context(), "c-3", "", false); err != nil {
		t.Fatal(err)
	}
	endsWith(t, q, wire.LoggedOut)
	place(p, "p-1", "o-1", "s-1")
	p.Event()
}
