package server_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// smuggled are keys that some server might take somebody's identity from, naming the victim and what is theirs.
const smuggled = `,"sub":"c-1","userId":"c-1","user":"c-1","senderId":"c-1","sender":{"id":"c-1","role":"operator"},"receiverId":"c-1",` +
	`"clientId":"c-1","servicemanId":"s-5","role":"operator","Role":"operator","dev":true,"classic":true,"Classic":true,"admin":true,` +
	`"commandId":"p-1","token":"x","device":"first","from":0,"seq":1,"at":"2020-01-01T00:00:00Z","order":{"clientId":"c-1"},"__proto__":{"role":"operator"}`

// TestNobodyIsMoreThanTheirTokenSays wherever a frame may say who its sender is.
func TestNobodyIsMoreThanTheirTokenSays(t *testing.T) {
	f := openFort(t)
	before := f.holdings()
	for name, hello := range map[string]string{
		"another's id":             `,"userId":"c-1"`,
		"another's id and role":    `,"userId":"op-1","role":"operator"`,
		"a better role":            `,"role":"operator"`,
		"the system's role":        `,"userId":"system","role":"system"`,
		"everything else":          `,"sub":"c-1","senderId":"c-1","clientId":"c-1","dev":true,"claims":{"role":"operator"}`,
		"another's device":         `,"device":"first"`,
		"another's place in it":    `,"resume":{"seq":3,"of":"o-3/2"}`,
		"the place of no event":    `,"resume":{"seq":3,"of":"o-nowhere/2"}`,
		"a place above the head":   `,"resume":{"seq":9007199254740991,"of":"o-1/1"}`,
		"another's order":          `,"resume":{"seq":0,"of":"o-1/1"}`,
		"an order of nobody's":     `,"resume":{"seq":0,"of":"o-nowhere/1"}`,
		"another's order and more": `,"orders":["o-1"],"resume":{"seq":0,"of":"o-1/1","userId":"c-1"}`,
	} {
		t.Run("hello: "+name, func(t *testing.T) {
			f := f.in(t)
			s := spy{f.Dial("/v1/socket"), t, new(bytes.Buffer)}
			s.Text(fmt.Sprintf(`{"type":"hello","token":%q,"device":"spy"%s}`, tokenOf("c-8", callout.Client), hello))
			w, ok := s.hears().(wire.Welcome)
			if !ok || w.UserID != "c-8" || w.Role != callout.Client || w.Dev || w.From != 0 || w.Seq != 0 || len(w.Orders) != 0 {
				t.Fatalf("the answer is %+v", w)
			}
			if resumes := strings.Contains(hello, "resume"); w.Reset != resumes {
				t.Errorf("reset is %v: whether there is such an event is not theirs to know", w.Reset)
			}
			s.Text(says("o-1", 1008, `,"extra":{"reason":"x"}`))
			s.refused(callout.NotFound)
			f.unharmed(before)
		})
	}
	for name, frame := range map[string]string{
		"of another's order":             says("o-1", 1008, smuggled),
		"that the serviceman would send": says("o-4", 1011, smuggled),
		"that the system would send":     says("o-1", 1003, `,"version":1`+smuggled),
		"with them in extra":             says("o-1", 1008, `,"extra":{"reason":"x"`+smuggled+`}`),
	} {
		t.Run("command: "+name, func(t *testing.T) {
			f := f.in(t)
			s, _ := f.enter(newClient)
			s.Text(frame)
			if shown := s.refused(callout.NotFound); shown != nothing {
				t.Errorf("the answer shows %s", shown)
			}
			f.unharmed(before)
		})
	}
	t.Run("command: a new order for another", func(t *testing.T) {
		f := f.in(t)
		s, _ := f.enter(newClient)
		s.Text(says("o-9", 1001, `,"receivers":["s-5"],"extra":{"note":"n","id":"o-1","version":9,"statusCode":1009,"total":1,"receivers":["s-1"]`+smuggled+`}`+smuggled))
		e, ok := s.hears().(wire.Event)
		o := order(t, e.Order)
		if !ok || e.SenderID != "c-8" || e.ReceiverID != "c-8" || e.CommandID != "x" || e.Status != callout.Placed || e.Version != 1 {
			t.Fatalf("the event is %+v", e)
		}
		if o.ID != "o-9" || o.ClientID != "c-8" || o.ServicemanID != "" || o.Status != callout.Placed || o.Total != 0 || o.PlacedAt.Year() == 2020 ||
			len(o.Receivers) != 1 || o.Receivers[0] != "s-5" {
			t.Errorf("the order is %s", e.Order)
		}
		before.Heads["c-8"], before.Heads["s-5"], before.Events["o-9"] = 1, 1, 1
		f.unharmed(before)
	})
}

// TestADeviceIsItsUsersAlone: another's of the same name is neither taken over nor moved.
func TestADeviceIsItsUsersAlone(t *testing.T) {
	f := openFort(t)
	before := f.holdings()
	first := func(h *wire.Hello) { h.Device = "first" }
	theirs, begun := f.enter(victim, first)
	for range begun.Seq - begun.From {
		theirs.hears() // and does not acknowledge
	}
	s, welcome := f.enter(otherClient, first, resume(1, "o-2/1"))
	if welcome.Reset || welcome.From != 1 {
		t.Errorf("the welcome is %+v", welcome)
	}
	answers(t, s.Peer)
	answers(t, theirs.Peer)
	f.unharmed(before)
	s.Send(wire.Ack{Seq: 3}) // the victim's inbox has as many
	endsWith(t, s.Peer, wire.Malformed)
	answers(t, theirs.Peer)
	f.unharmed(before)
}
