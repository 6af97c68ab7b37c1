package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

func TestRowWhoseTurnItIsGoesOutFromMemory(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted)
	w.gets("1 PLACED", "2 ACCEPTED")
	w.asks()
}

func TestRowOutOfTurnIsReadFromTheDatabase(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.hints(2)
	w.gets()
	w.asks(session.Read{UserID: ana.ID, After: 0, Limit: 3})
	w.settle()
	w.gets("1 PLACED", "2 ACCEPTED")
}

func TestRepeatedAndLateHintsAreNothing(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted)
	w.forget()
	w.hints(2, 1, 2)
	w.gets()
	w.asks()
}

// A row that is committed while a page is read may have come too late for the page.
func TestHintDuringAReadIsReadAfterIt(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.hints(2)
	deliver := answerLate[session.Read](w)
	w.tells("o-1", callout.Started)
	w.gets()
	w.asks()
	deliver()
	w.gets("1 PLACED", "2 ACCEPTED")
	w.asks(session.Read{UserID: ana.ID, After: 2, Limit: 2})
	w.settle()
	w.gets("3 STARTED")
	w.asks()
}

func TestRowWhoseTurnItIsDoesNotWaitForAPage(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.hints(2)
	deliver := answerLate[session.Read](w)
	w.hints(1)
	w.gets("1 PLACED")
	deliver()
	w.gets("2 ACCEPTED")
	w.asks()
}

func TestRowsHintedAtDuringAReadAndThePageStayWithinTheWindow(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed)
	w.happens("o-1", callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended, callout.Payment)
	w.hints(3)
	deliver := answerLate[session.Read](w)
	w.hints(2, 3, 4, 5)
	deliver()
	w.settle()
	w.gets("1 PLACED", "2 ACCEPTED", "3 STARTED", "4 ORDER_CHANGED")
}

func TestPageThatBringsWhatWasHintedAtIsSentOnce(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.hints(2)
	w.hints(1)
	w.settle()
	w.gets("1 PLACED", "2 ACCEPTED")
}

func TestPagesFollowUntilTheDeviceHasCaughtUp(t *testing.T) {
	w := newWorld(t, ana)
	w.config.Window = 64
	for _, order := range []string{"o-1", "o-2", "o-3", "o-4"} {
		w.happens(order, callout.Placed, callout.Cancelled)
	}
	w.inbox.acknowledge("phone-1", 0)
	w.connect("")
	for after := int64(0); after < 9; after += 3 {
		w.asks(session.Read{UserID: ana.ID, After: after, Limit: 3})
		answer[session.Read](w)
	}
	w.asks() // the last page was not full
	if w.s.Sent() != 8 {
		t.Fatalf("sent up to %d of 8", w.s.Sent())
	}
}

func TestLostHintIsMadeUpForWhenTheHeadsAreCompared(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed)
	w.gets()
	w.do(w.s.Behind())
	w.settle()
	w.gets("1 PLACED")
}

func TestComparisonDuringAReadIsNotForgotten(t *testing.T) {
	w := opened(t, ana)
	w.do(w.s.Behind())
	deliver := answerLate[session.Read](w)
	w.happens("o-1", callout.Placed)
	w.do(w.s.Behind())
	deliver()
	w.settle()
	w.gets("1 PLACED")
}

func TestComparisonWhileTheWindowIsFullIsNotForgotten(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started, callout.Payment)
	w.forget()
	w.happens("o-1", callout.PaymentVerification)
	w.do(w.s.Behind())
	w.asks()
	w.acks(4)
	w.settle()
	w.gets("5 PAYMENT_VERIFICATION")
}

func TestPageThatCouldNotBeReadIsReadAgainAfterAWhile(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed)
	w.do(w.s.Behind())
	fail[session.Read](w)
	w.do(w.s.Behind())
	w.pass(time.Second - 1)
	w.asks()
	w.pass(1)
	fail[session.Read](w)
	w.pass(time.Second)
	w.settle()
	w.gets("1 PLACED")
}

func TestRowWhoseTurnItIsGoesOutWhileTheDatabaseRests(t *testing.T) {
	w := opened(t, ana)
	w.do(w.s.Behind())
	fail[session.Read](w)
	w.tells("o-1", callout.Placed)
	w.gets("1 PLACED")
	w.pass(time.Second)
	w.asks(session.Read{UserID: ana.ID, After: 1, Limit: 3})
}

// The device comes back with a seq below the floor, and is told to start anew.
func TestInboxThatWasCutUnderASessionSendsTheDeviceBack(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.inbox.floor = 2
	w.do(w.s.Behind())
	w.settle()
	w.gets("goodbye 4001", "close 4001")
	if !w.peer.goodbye.Reconnect {
		t.Fatal("the device is not asked to come back")
	}
}

func TestPageThatComesAfterTheEndIsDropped(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed)
	w.do(w.s.Behind())
	deliver := answerLate[session.Read](w)
	w.do(w.s.Drain(time.Second))
	w.forget()
	deliver()
	w.happens("o-1", callout.Accepted)
	w.hints(1, 2)
	w.do(w.s.Behind())
	w.gets()
	w.asks()
}
