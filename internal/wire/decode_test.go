package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

func TestWhatIsNoFrameIsMalformed(t *testing.T) {
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for _, data := range []string{
		``, ` `, `hello`, `null`, `true`, `5`, `"hello"`, `[]`, `[{"type":"ack","seq":1}]`, `{`, `{"type":"ack","seq":1`,
		`{"type":"ack","seq":1}}`, `{"type":"ack","seq":1} {"type":"ack","seq":2}`, `{'type':'ack'}`, "{\"type\":\"ack\",\"seq\":1,\"x\":\"\xff\"}",
		deep, `{"type":"command","id":"a","statusCode":1005,"extra":` + deep + `}`,

		`{}`, `{"type":null}`, `{"type":""}`, `{"type":5}`, `{"type":["ack"]}`, `{"type":"Ack","seq":1}`, `{"type":"welcome"}`,
		`{"type":"event","seq":1}`, `{"TYPE":"ack","seq":1}`, `{"Type":"hello","device":"d"}`,

		`{"type":"ack"}`, `{"type":"ack","seq":null}`, `{"type":"ack","seq":"1"}`, `{"type":"ack","seq":-1}`, `{"type":"ack","seq":1.5}`,
		`{"type":"ack","seq":9223372036854775808}`, `{"type":"ack","SEQ":1}`, `{"type":"ack","seq":[1]}`,

		`{"type":"hello"}`, `{"type":"hello","device":null}`, `{"type":"hello","device":5}`, `{"type":"hello","device":"a/b"}`,
		`{"type":"hello","device":"` + strings.Repeat("d", 65) + `"}`, `{"type":"hello","Device":"d"}`,
		`{"type":"hello","device":"d","token":5}`, `{"type":"hello","device":"d","resume":5}`, `{"type":"hello","device":"d","resume":{}}`,
		`{"type":"hello","device":"d","resume":{"seq":-1}}`, `{"type":"hello","device":"d","resume":{"seq":"1"}}`,
		`{"type":"hello","device":"d","resume":{"seq":1,"of":5}}`, `{"type":"hello","device":"d","resume":{"SEQ":1}}`,
		`{"type":"hello","device":"d","window":-1}`, `{"type":"hello","device":"d","window":"64"}`, `{"type":"hello","device":"d","leave":true}`,
		`{"type":"hello","device":"d","instance":"i"}`, `{"type":"hello","device":"d","attempt":1}`, `{"type":"hello","device":"d","instance":"","attempt":1}`,
		`{"type":"hello","device":"d","instance":"i","attempt":0}`, `{"type":"hello","device":"d","instance":"i","attempt":-1}`,
		`{"type":"hello","device":"d","instance":"i","attempt":"1"}`, `{"type":"hello","device":"d","instance":"i","attempt":1.5}`,
		`{"type":"hello","device":"d","instance":"a/b","attempt":1}`, `{"type":"hello","device":"d","instance":5,"attempt":1}`,
		`{"type":"hello","device":"d","instance":"` + strings.Repeat("i", 65) + `","attempt":1}`,
		`{"type":"hello","device":"d","leave":"now"}`, `{"type":"hello","device":"d","role":1}`, `{"type":"hello","device":"d","userId":[]}`,

		`{"type":"command"}`, `{"type":"command","id":null,"statusCode":1005}`, `{"type":"command","id":5,"statusCode":1005}`,
		`{"type":"command","ID":"a","statusCode":1005}`,
	} {
		if f, err := wire.Decode([]byte(data)); err == nil {
			t.Errorf("%.80s is read as %#v", data, f)
		}
	}
}

// TestACommandWithAnIDIsAlwaysAnswered: whatever is wrong beside its id makes it bad, not the session.
func TestACommandWithAnIDIsAlwaysAnswered(t *testing.T) {
	for _, rest := range []string{
		``, `,"statusCode":null`, `,"statusCode":"1005"`, `,"statusCode":1005.5`, `,"statusCode":{}`, `,"statusCode":99999999999999999999`,
		`,"StatusCode":1005`, `,"statusCode":1005,"orderId":5`, `,"statusCode":1005,"orderId":{}`, `,"statusCode":1005,"version":"3"`,
		`,"statusCode":1005,"version":1.5`, `,"statusCode":1001,"receivers":"s-1"`, `,"statusCode":1001,"receivers":[5]`,
		`,"statusCode":1001,"receivers":{}`, `,"statusCode":1005,"extra":[]`, `,"statusCode":1005,"extra":"x"`, `,"statusCode":1005,"extra":5`,
		`,"statusCode":1001,"extra":{"services":5}`, `,"statusCode":1005,"extra":{"x":"\ud800"}`,
	} {
		f, err := wire.Decode([]byte(`{"type":"command","id":"a-7"` + rest + `}`))
		bad, ok := f.(wire.BadCommand)
		if err != nil || !ok {
			t.Errorf("%s is read as %#v, %v", rest, f, err)
			continue
		}
		if bad.ID != "a-7" || bad.Err.Code != callout.Invalid || bad.Err.Message == "" {
			t.Errorf("%s is refused as %q with %#v", rest, bad.ID, bad.Err)
		}
	}
}

// TestIDsThatJSONCannotCarryAreRefused: two that encoding/json reads alike would be one command.
func TestIDsThatJSONCannotCarryAreRefused(t *testing.T) {
	f, err := wire.Decode([]byte(`{"type":"command","id":"a\ud800","statusCode":1005,"orderId":"o"}`))
	if bad, ok := f.(wire.BadCommand); err != nil || !ok || bad.Err.Code != callout.Invalid {
		t.Errorf("it is read as %#v, %v", f, err)
	}
}

func TestFramesAreReadAsTheyAreMeant(t *testing.T) {
	command := func(c callout.Command) wire.Command { return wire.Command{Command: c} }
	for data, want := range map[string]wire.Frame{
		`{"type":"ping","seq":"x"}`:                                       wire.Ping{},
		`{"type":"hello","device":"d","watch":true}`:                      wire.Hello{Device: "d", Watch: true},
		`{"type":"ack","seq":0}`:                                          wire.Ack{},
		` {"seq":42,"type":"ack","colour":"red","TYPE":"hello","SEQ":1} `: wire.Ack{Seq: 42},
		`{"type":"hello","device":"d"}`:                                   wire.Hello{Device: "d"},
		`{"type":"hello","device":"d","token":null,"resume":null,"window":null,"leave":null,"userId":null,"role":null}`: wire.Hello{Device: "d"},
		`{"type":"hello","token":"t","device":"phone-1","resume":{"seq":41,"of":"o-1/3","x":1},"window":64,"leave":"whenDone"}`: wire.Hello{
			Token: "t", Device: "phone-1", Resume: &wire.Resume{Seq: 41, Of: "o-1/3"}, Window: 64, WhenDone: true,
		},
		`{"type":"hello","userId":"c-1","role":"client","device":"d","resume":{"seq":0}}`: wire.Hello{
			Device: "d", UserID: "c-1", Role: callout.Client, Resume: &wire.Resume{},
		},
		`{"type":"hello","device":"d","instance":"i-1","attempt":3}`: wire.Hello{Device: "d", Instance: "i-1", Attempt: 3},
		`{"type":"hello","device":"d","instance":null,"attempt":0}`:  wire.Hello{Device: "d"},
		`{"type":"command","id":"a","statusCode":1005}`:              command(callout.Command{ID: "a", Status: callout.Started}),
		`{"type":"command","id":"","statusCode":77}`:                 command(callout.Command{Status: 77}),
		`{"type":"command","id":"a","orderId":null,"statusCode":1004,"version":null,"receivers":null,"extra":null}`: command(
			callout.Command{ID: "a", Status: callout.Accepted}),
		`{"type":"command","id":"a","orderId":"o-1","statusCode":1011,"version":3,"receivers":["s-9"],"extra":{"reason":"x"}}`: command(
			callout.Command{
				ID: "a", OrderID: "o-1", Status: callout.PaymentVerification, Version: 3, Receivers: []string{"s-9"},
				Extra: callout.Extra{Reason: "x"},
			}),
		`{"type":"command","id":"a","OrderId":"o-1","statusCode":1005,"sender":"c-9","classic":true}`: command(
			callout.Command{ID: "a", Status: callout.Started}),
	} {
		got, err := wire.Decode([]byte(data))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", data, err, d)
		}
	}
}

// FuzzDecode: whatever comes is refused or read, and what was read is written so that it is read again as the same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"type":"ack","seq":42}`, `{"type":"hello","token":"t","device":"d","resume":{"seq":41,"of":"o-1/3"},"window":64,"leave":"whenDone"}`,
		`{"type":"hello","userId":"c-1","role":"client","device":"d"}`, `{"type":"hello","device":"d","instance":"i-1","attempt":3}`, `{"type":"command","id":"a\u0000","statusCode":1001,"receivers":["s"],` +
			`"extra":{"services":[{"service":"leak","quantity":1}],"x":{"<":[1e5]}}}`, `{"type":"command","id":"a","statusCode":"x"}`, `[[`, `{"type":null}`,
		`{"type":"hello"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := wire.Decode(data)
		switch frame := frame.(type) {
		case nil:
			if err == nil {
				t.Fatal("neither a frame nor an error")
			}
			return
		case wire.BadCommand:
			if frame.Err.Code != callout.Invalid {
				t.Fatalf("refused with %v", frame.Err)
			}
			return
		}
		if err != nil {
			if _, ok := frame.(wire.Hello); !ok {
				t.Fatalf("both %#v and %v", frame, err)
			}
			return // what could be read of it
		}
		written := wire.Encode(frame)
		again, err := wire.Decode(written)
		if err != nil {
			t.Fatalf("%s is not read again: %v", written, err)
		}
		if rewritten := wire.Encode(again); string(rewritten) != string(written) {
			t.Fatalf("%s is written again as %s", written, rewritten)
		}
	})
}
