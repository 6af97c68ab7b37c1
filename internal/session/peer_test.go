package session_test

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// peer is the other end of one session. It holds whatever comes to what holds of every session: each row in its turn and
// as the inbox has it, never more than the window unacknowledged, a goodbye before a close frame and nothing after it.
type peer struct {
	inbox   *inbox
	classic bool
	window  int64
	alive   *world // set: pings are answered

	got      []string // what came, in words
	welcome  wire.Welcome
	errors   []wire.Error
	receipts []wire.Receipt
	goodbye  *wire.Goodbye
	close    *session.Close
	gone     bool
	ended    bool // the end of an order came

	last    int64 // the last row that came
	acked   int64 // what the peer has acknowledged of that
	carried []int64
}

func (p *peer) over() bool { return p.close != nil || p.gone }

func (p *peer) take(t tb, a session.Actions) {
	t.Helper()
	for _, m := range a.Send {
		switch data := m.Append(nil); {
		case p.over():
			t.Fatalf("sent after the end: %s", data)
		case m.Ping:
			p.takePing(t, string(data))
		default:
			p.takeFrame(t, data)
		}
	}
	if (a.Close != nil || a.Gone) && p.over() {
		t.Fatalf("the session ends twice")
	}
	if a.Close != nil {
		p.takeClose(t, a.Close)
	}
	if a.Gone {
		p.gone = true
		p.got = append(p.got, "gone")
	}
}

func (p *peer) takePing(t tb, payload string) {
	t.Helper()
	p.got = append(p.got, "ping "+payload)
	if p.alive != nil {
		p.alive.unread = append(p.alive.unread, heard{data: []byte(payload), pong: true})
	}
	if !p.classic {
		return
	}
	seq, err := strconv.ParseInt(payload, 10, 64)
	if err != nil || seq < p.last {
		t.Fatalf("ping %q behind row %d", payload, p.last)
	}
	p.pass(t, seq+1)
	p.carried = append(p.carried, seq)
}

func (p *peer) takeFrame(t tb, data []byte) {
	t.Helper()
	frame, err := wire.DecodeServer(data)
	if err != nil {
		t.Fatalf("%v", err)
	}
	switch f := frame.(type) {
	case wire.Welcome:
		p.welcome, p.last, p.acked = f, f.From, f.From
		p.note("welcome %d/%d", f.From, f.Seq)
	case wire.Event:
		p.takeEvent(t, f, data)
	case wire.Error:
		p.errors = append(p.errors, f)
		p.note("error %s %s", f.ID, f.Code)
	case wire.Receipt:
		p.receipts = append(p.receipts, f)
		p.note("receipt %s/%d", f.OrderID, f.Version)
	case wire.TokenTaken:
		p.note("token")
	case wire.Pong:
		p.note("pong")
	case wire.Watched:
		for _, e := range f.Events {
			p.note("watch %s/%d%s", e.OrderID, e.Version, map[bool]string{true: " missed"}[f.Missed])
		}
	case wire.Goodbye:
		p.goodbye = &f
		p.note("goodbye %d", f.Code)
	default:
		t.Fatalf("sent what is no frame: %s", data)
	}
	if _, isEvent := frame.(wire.Event); p.classic && !isEvent {
		t.Fatalf("sent to a classic app: %s", data)
	}
}

func (p *peer) note(format string, args ...any) { p.got = append(p.got, fmt.Sprintf(format, args...)) }

func (p *peer) takeEvent(t tb, e wire.Event, data []byte) {
	t.Helper()
	if e.Seq < 1 || e.Seq > p.inbox.head() {
		t.Fatalf("sent a row that there is not: %s", data)
	}
	row := p.inbox.rows[e.Seq-1]
	row.Repeat = e.Repeat
	want := wire.AppendEvent(nil, &row)
	if p.classic {
		want, _ = wire.AppendClassic(nil, &row)
	}
	if !bytes.Equal(data, want) {
		t.Fatalf("row %d went out as\n%s\nand is\n%s", e.Seq, data, want)
	}
	kind := ""
	switch {
	case e.Repeat:
		kind = "repeat "
	case e.Seq > p.last:
		p.pass(t, e.Seq)
		p.last = e.Seq
		p.ended = p.ended || e.Status.Ends()
	case p.classic:
		kind = "again "
	default:
		t.Fatalf("row %d came after %d", e.Seq, p.last)
	}
	if (e.Repeat || kind == "again ") && e.Seq > p.last {
		t.Fatalf("row %d was sent again before it was sent", e.Seq)
	}
	if p.last-p.acked > p.window {
		t.Fatalf("%d rows unacknowledged, and the window is %d", p.last-p.acked, p.window)
	}
	p.note("%s%d %s", kind, e.Seq, e.Status)
}

// pass holds the rows before next that have not come to be those that do not come at all.
func (p *peer) pass(t tb, next int64) {
	t.Helper()
	for ; p.last < next-1; p.last++ {
		if !p.classic || p.inbox.rows[p.last].Status != callout.OfferDeclined {
			t.Fatalf("row %d was left out", p.last+1)
		}
	}
}

func (p *peer) takeClose(t tb, c *session.Close) {
	t.Helper()
	p.close = c
	p.note("close %d", c.Code)
	needed := !p.classic && c.Code >= 4000
	if said := p.goodbye != nil; said != needed {
		t.Fatalf("closed with %d, goodbye before it: %t", c.Code, said)
	}
	if needed && (p.goodbye.Code != c.Code || p.goodbye.Reconnect != (c.Code < 4100) || p.goodbye.Reason != c.Reason) {
		t.Fatalf("closed with %+v after %+v", *c, *p.goodbye)
	}
}

// hasSaid notes an acknowledgement on its way to the session.
func (p *peer) hasSaid(data []byte) {
	frame, err := wire.Decode(data)
	if ack, ok := frame.(wire.Ack); ok && err == nil && !p.classic && ack.Seq <= p.last {
		p.acked = max(p.acked, ack.Seq)
	}
}

func (p *peer) hasPonged(payload string) {
	for _, seq := range p.carried {
		if p.classic && payload == strconv.FormatInt(seq, 10) {
			p.acked = max(p.acked, seq)
		}
	}
}
