package session_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

// changed is a world whose app has been told of the n-th change, the others having been agreed to.
func changed(t *testing.T, n int) *world {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.pongs("3")
	for range n - 1 {
		w.tells("o-1", callout.OrderChanged, callout.Extended)
		w.pongs("4")
		w.pongs("5")
	}
	w.tells("o-1", callout.OrderChanged)
	w.forget()
	return w
}

func TestBareExtendedAgreesToTheFirstChangeAtOnce(t *testing.T) {
	w := changed(t, 1)
	w.sends("o-1", callout.Extended)
	w.settle()
	w.hints(5)
	w.gets("5 EXTENDED", "ping 5")
}

func TestBareExtendedAgreesToAChangeThatIsAcknowledged(t *testing.T) {
	w := changed(t, 2)
	w.pongs("6")
	w.sends("o-1", callout.Extended)
	if got := take[session.Submit](w).Command.Extra.ChangeID; got != 6 {
		t.Fatalf("agrees to change %d, want 6", got)
	}
}

func TestBareExtendedDoesNotAgreeToALaterChangeThatIsNotAcknowledged(t *testing.T) {
	w := changed(t, 2)
	w.pongs("5") // has been repeated before
	w.sends("o-1", callout.Extended)
	w.settle()
	w.gets("again 6 ORDER_CHANGED")
	if w.shop.orders["o-1"].Status != callout.OrderChanged {
		t.Fatalf("the order is %s", w.shop.orders["o-1"].Status)
	}
}

func TestPongBehindAnEarlierEventDoesNotAcknowledgeAChange(t *testing.T) {
	w := changed(t, 1)
	w.tells("o-1", callout.ChangeDeclined, callout.OrderChanged)
	w.pongs("5")
	w.sends("o-1", callout.Extended)
	if got := take[session.Submit](w).Command.Extra.ChangeID; got != 0 {
		t.Fatalf("agrees to change %d, which is not acknowledged", got)
	}
}

func TestBareExtendedNamesNoChangeThatIsAnswered(t *testing.T) {
	for _, answer := range []callout.Status{callout.Extended, callout.ChangeDeclined} {
		w := changed(t, 1)
		w.pongs("4")
		w.tells("o-1", answer)
		w.sends("o-1", callout.Extended)
		if got := take[session.Submit](w).Command.Extra.ChangeID; got != 0 {
			t.Fatalf("agrees to change %d after %s", got, answer)
		}
	}
}

// The app says yes to what it has seen, not to what has taken its place meanwhile.
func TestBareExtendedNamesTheChangeThatTheAppHasSeen(t *testing.T) {
	w := changed(t, 1)
	w.pongs("4")
	w.happens("o-1", callout.ChangeDeclined, callout.OrderChanged)
	w.sends("o-1", callout.Extended)
	w.settle()
	w.gets("again 4 ORDER_CHANGED")
	if w.shop.orders["o-1"].Status != callout.OrderChanged {
		t.Fatalf("the order is %s", w.shop.orders["o-1"].Status)
	}
}

func TestChangeAcknowledgedInAnEarlierSessionIsAcknowledgedAnewOnceReplayed(t *testing.T) {
	w := changed(t, 2)
	w.pongs("6")
	w.connectClassic()
	w.gets("again 6 ORDER_CHANGED", "ping 6")
	w.sends("o-1", callout.Extended)
	if got := take[session.Submit](w).Command.Extra.ChangeID; got != 0 {
		t.Fatalf("agrees to change %d before it is acknowledged", got)
	}
	w.pongs("6")
	w.sends("o-1", callout.Extended)
	if got := take[session.Submit](w).Command.Extra.ChangeID; got != 6 {
		t.Fatalf("agrees to change %d, want 6", got)
	}
}
