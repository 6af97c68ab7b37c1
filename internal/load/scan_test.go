package load

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// anEvent has everything that could be mistaken for something else.
func anEvent() wire.Event {
	return wire.Event{
		Seq: 42, OrderID: "o-1", Version: 7, SenderID: "c-1", ReceiverID: "s-1", Status: callout.Started, At: time.Unix(1, 5e6),
		Order: json.RawMessage(`{"id":"o-9","seq":1,"note":"\"seq\":1,\\\"}{][","list":[{"version":3},[],"]"],"senderId":"s-1","commandId":"x"}`),
		Extra: json.RawMessage(`{"type":"ack","repeat":true,"empty":"","deep":{"a":{"b":[{}]}}}`),
	}
}

func TestAnEventIsReadAsItWasWritten(t *testing.T) {
	e := anEvent()
	for _, c := range []struct {
		name      string
		me        string
		commandID string
		last      int64
		repeat    bool
	}{
		{name: "of another", me: "s-1", last: 41},
		{name: "of one's own", me: "c-1", commandID: `a"b\`, last: 41},
		{name: "one that is not new", me: "s-1", last: 42},
		{name: "one that is sent once more", me: "c-1", commandID: "x", last: 50, repeat: true},
	} {
		e.ReceiverID, e.CommandID, e.Repeat = c.me, c.commandID, c.repeat
		frame := wire.AppendEvent(nil, &e)
		checkScan(t, c.name, frame, c.me, c.last, c.commandID, c.repeat)
		for range 50 {
			checkScan(t, c.name, shuffled(t, frame), c.me, c.last, c.commandID, c.repeat)
		}
	}
}

func checkScan(t *testing.T, name string, frame []byte, me string, last int64, commandID string, repeat bool) {
	t.Helper()
	e, kind, err := scanEvent(frame, me, last)
	if err != nil || kind != "event" || e.seq != 42 || string(e.orderID) != "o-1" || e.version != 7 || string(e.senderID) != "c-1" {
		t.Fatalf("%s: %s is read as %+v, %q, %v", name, frame, e, kind, err)
	}
	var own string
	if e.commandID != nil {
		if err := json.Unmarshal([]byte(`"`+string(e.commandID)+`"`), &own); err != nil {
			t.Fatal(err)
		}
	}
	if own != commandID || e.repeat != repeat {
		t.Fatalf("%s: %s is read as %+v", name, frame, e)
	}
}

// shuffled is the same object with its keys in another order, and with spaces.
func shuffled(t *testing.T, frame []byte) []byte {
	t.Helper()
	var object map[string]json.RawMessage
	if err := json.Unmarshal(frame, &object); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for key, value := range object {
		parts = append(parts, ` "`+key+`" :`+" \n\t"+string(value))
	}
	rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return []byte(" {" + strings.Join(parts, " ,") + " } ")
}

func TestOtherFramesAreToldApart(t *testing.T) {
	for frame, kind := range map[string]string{
		`{"type":"error","id":"x"}`: `"error"`, `{"id":"{","type":"goodbye"}`: `"goodbye"`, `{"a":[1,{"type":"event"}],"type":"x"}`: `"x"`,
	} {
		if _, got, err := scanEvent([]byte(frame), "c-1", 0); err != nil || got != kind {
			t.Errorf("%s is a %s, %v", frame, got, err)
		}
	}
	for _, frame := range []string{
		``, `[]`, `{`, `{}`, `{"type":"event"}`, `{"type":"event","seq":1`, `{"type":"event","seq":"1"}`, `{"type":"event","seq":1,"orderId":2}`,
		`{"type":"event","seq":1,"orderId":"o","version":1,"senderId":"c-1"}`, `{"type`, `{"type":`, `{"type":{"`, `{"seq":99999999999999999999}`,
		`{"seq":-1}`, `{"a\\":`, `{"a"}`,
	} {
		if e, kind, err := scanEvent([]byte(frame), "c-1", 0); err == nil && kind == "event" || err == nil && kind == "" {
			t.Errorf("%s is read as %+v", frame, e)
		}
	}
}

// FuzzScanEvent: what encoding/json reads as an event is read as the same, and nothing makes it fail otherwise than by an
// error.
func FuzzScanEvent(f *testing.F) {
	e := anEvent()
	e.CommandID = "x"
	f.Add(wire.AppendEvent(nil, &e), "c-1")
	f.Add([]byte(`{"type":"error","id":"x"}`), "c-1")
	f.Fuzz(func(t *testing.T, frame []byte, me string) {
		got, kind, err := scanEvent(frame, me, 0)
		if err != nil || kind != "event" || !json.Valid(frame) {
			return
		}
		var want struct {
			Seq     *json.Number
			Version *json.Number
		}
		keys := strings.Count(string(frame), `"seq"`) + strings.Count(string(frame), `"version"`)
		if json.Unmarshal(frame, &want) != nil || want.Seq == nil || want.Version == nil || keys != 2 {
			return // keys that come twice, or in other cases
		}
		seq, _ := want.Seq.Int64()
		version, _ := want.Version.Int64()
		if got.seq != seq || got.version != version {
			t.Fatalf("%s is read as %+v", frame, got)
		}
	})
}

func BenchmarkScanEvent(b *testing.B) {
	e := anEvent()
	frame := wire.AppendEvent(nil, &e)
	for b.Loop() {
		if _, _, err := scanEvent(frame, "s-1", 41); err != nil {
			b.Fatal(err)
		}
	}
}
