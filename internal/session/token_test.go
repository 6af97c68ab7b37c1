package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// aging is a world whose token expires in ten seconds, with a grace of five.
func aging(t *testing.T) *world {
	w := newWorld(t, ana)
	w.config.TokenGrace = 5 * time.Second
	w.me.Expires = w.now.Add(10 * time.Second)
	w.connect("")
	w.forget()
	return w
}

// renews has a new token said and verified as somebody's.
func (w *world) renews(me session.Identity) {
	w.says(`{"type":"token","token":"fresh"}`)
	w.asks(session.Renew{Token: "fresh"})
	w.asked = nil
	w.do(w.s.Renewed(me, 0, ""))
}

func TestTheWelcomeSaysWhenTheTokenExpires(t *testing.T) {
	w := aging(t)
	if got := w.peer.welcome.ExpiresAt; !got.Equal(w.me.Expires) {
		t.Errorf("the welcome says %v, not %v", got, w.me.Expires)
	}
}

func TestASessionOutlivesItsTokenByTheGrace(t *testing.T) {
	w := aging(t)
	w.pass(15*time.Second - 1)
	w.gets()
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	w.pass(1)
	w.gets("goodbye 4104", "close 4104")
}

func TestANewTokenTakesThePlaceOfTheFormer(t *testing.T) {
	w := aging(t)
	w.pass(12 * time.Second)
	me := w.me
	me.Expires = w.now.Add(20 * time.Second)
	w.renews(me)
	w.gets("token")
	w.pass(25*time.Second - 1)
	w.gets("ping ")
	w.pass(1)
	w.gets("goodbye 4104", "close 4104")
}

func TestNothingIsReadWhileATokenIsVerified(t *testing.T) {
	w := aging(t)
	w.says(`{"type":"token","token":"fresh"}`)
	w.says(`{"type":"token","token":"fresher"}`)
	w.asks(session.Renew{Token: "fresh"})
	w.asked = nil
	w.do(w.s.Renewed(w.me, 0, ""))
	w.asks(session.Renew{Token: "fresher"})
}

func TestATokenThatIsNoGoodEndsTheSession(t *testing.T) {
	for name, c := range map[string]struct {
		me   session.Identity
		code wire.CloseCode
		want []string
	}{
		"refused":          {code: wire.Unauthenticated, want: []string{"goodbye 4100", "close 4100"}},
		"expired":          {code: wire.TokenExpired, want: []string{"goodbye 4104", "close 4104"}},
		"somebody else's":  {me: session.Identity{UserID: "c-other", Role: callout.Client}, want: []string{"goodbye 4103", "close 4103"}},
		"in another role":  {me: session.Identity{UserID: ana.ID, Role: callout.Operator}, want: []string{"goodbye 4103", "close 4103"}},
		"not to be judged": {code: wire.Overloaded},
	} {
		t.Run(name, func(t *testing.T) {
			w := aging(t)
			w.says(`{"type":"token","token":"fresh"}`)
			w.asked = nil
			w.do(w.s.Renewed(c.me, c.code, name))
			w.gets(c.want...)
		})
	}
}

func TestATokenWithoutATokenIsMalformed(t *testing.T) {
	for _, frame := range []string{`{"type":"token"}`, `{"type":"token","token":null}`, `{"type":"token","token":7}`} {
		w := aging(t)
		w.says(frame)
		w.gets("goodbye 4101", "close 4101")
	}
}

func TestATokenBeforeTheHelloIsMalformed(t *testing.T) {
	w := newWorld(t, ana)
	w.start()
	w.says(`{"type":"token","token":"fresh"}`)
	w.gets("goodbye 4101", "close 4101")
}
