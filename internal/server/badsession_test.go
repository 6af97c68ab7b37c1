package server_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

func TestAMalformedFrameEndsItsSession(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	for name, frame := range map[string]string{
		"not JSON":                 "what?",
		"nothing":                  "",
		"an array":                 `[{"type":"ack","seq":0}]`,
		"an empty array":           `[]`,
		"an empty object":          `{}`,
		"a number":                 "1001",
		"true":                     "true",
		"a type of its own":        `{"type":"order","id":"x"}`,
		"a server's frame":         `{"type":"welcome"}`,
		"a type 7":                 `{"type":7}`,
		"a type with NUL":          `{"type":"ack\u0000","seq":0}`,
		"an ack of nothing":        `{"type":"ack"}`,
		"an ack of null":           `{"type":"ack","seq":null}`,
		"an ack of text":           `{"type":"ack","seq":"1"}`,
		"an ack of 0.5":            `{"type":"ack","seq":0.5}`,
		"an ack of 2^63":           `{"type":"ack","seq":9223372036854775808}`,
		"an ack below 0":           `{"type":"ack","seq":-1}`,
		"an ack above the head":    `{"type":"ack","seq":1000}`,
		"an ack one above":         `{"type":"ack","seq":5}`,
		"a command without an id":  `{"type":"command","orderId":"o-1","statusCode":1008}`,
		"a command of id null":     `{"type":"command","id":null,"orderId":"o-1","statusCode":1008}`,
		"a command of id 7":        `{"type":"command","id":7,"orderId":"o-1","statusCode":1008}`,
		"a command of id [\"x\"]":  `{"type":"command","id":["x"],"orderId":"o-1","statusCode":1008}`,
		"nested 20,000 deep":       `{"type":"command","id":"x","orderId":"o-1","statusCode":1008,"x":` + nested(20000) + `}`,
		"extra nested 20,000 deep": `{"type":"command","id":"x","orderId":"o-1","statusCode":1008,"extra":{"x":` + nested(20000) + `}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			p, welcome := s.Enter("c-1", callout.Client)
			if welcome.Seq != 4 {
				t.Fatalf("c-1's inbox ends at %d", welcome.Seq)
			}
			p.Text(frame)
			endsWith(t, p, wire.Malformed)
			s.unharmed(before)
		})
	}
}

func TestAnAckOfWhatTheSessionHasNotSentYetIsIgnored(t *testing.T) {
	s := openShop(t, nil)
	p, _ := s.Enter("c-1", callout.Client, func(h *wire.Hello) { h.Resume, h.Window = &wire.Resume{}, 1 })
	p.Send(wire.Ack{Seq: 4}) // the window lets it have event 1 alone
	for seq := range int64(4) {
		if e := p.Event(); e.Seq != seq+1 {
			t.Fatalf("event %d is %+v", seq+1, e)
		}
	}
	p.Send(wire.Ack{Seq: 2})
	p.Send(wire.Ack{Seq: 0})
	answers(t, p)
}
