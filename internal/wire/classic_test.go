package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

func TestAnOriginalAppsFrameIsACommandWithoutAnID(t *testing.T) {
	const id = "507f1f77bcf86cd799439011"
	want := callout.Command{OrderID: id, Status: callout.Accepted, Receivers: []string{"s-1", "c-1"}, Classic: true}
	for _, data := range []string{
		`{"orderId":"` + id + `","statusCode":"1004","receivers":["s-1","c-1"],"extra":{}}`,
		`{"orderId":"` + id + `","statusCode":1004,"receivers":["s-1","c-1"]}`,
		`{"orderId":"` + id + `","statusCode":1004,"receivers":["s-1","c-1"],"extra":null,"id":"x","type":"command","version":9}`,
	} {
		got, err := wire.DecodeClassic([]byte(data))
		if d := cmp.Diff(wire.Frame(wire.Command{Command: want}), got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", data, err, d)
		}
	}
}

func TestWhatIsNoClassicFrameIsMalformed(t *testing.T) {
	for _, data := range []string{
		``, `null`, `[]`, `"1004"`, `1004`, `{`, `{}`, `{"statusCode":null}`, `{"statusCode":""}`, `{"statusCode":"ACCEPTED"}`,
		`{"statusCode":{}}`, `{"statusCode":true}`, `{"statusCode":1004.5}`, `{"statusCode":"99999999999999999999"}`, `{"StatusCode":1004}`,
		`{"statusCode":1004,"orderId":5}`, `{"statusCode":1001,"receivers":"s-1"}`, `{"statusCode":1001,"receivers":[1]}`,
		strings.Repeat("[", 20_000),
	} {
		if f, err := wire.DecodeClassic([]byte(data)); err == nil {
			t.Errorf("%.80s is read as %#v", data, f)
		}
	}
	f, err := wire.DecodeClassic([]byte(`{"orderId":"o","statusCode":"1001","receivers":["s"],"extra":[]}`))
	if bad, ok := f.(wire.BadCommand); err != nil || !ok || bad.Err.Code != callout.Invalid {
		t.Errorf("an extra that is no object is read as %#v, %v", f, err)
	}
}

// TestAnOriginalAppHearsOnlyCodesThatItKnows as it throws on any other.
func TestAnOriginalAppHearsOnlyCodesThatItKnows(t *testing.T) {
	for _, c := range []struct {
		event, rests callout.Status
		want         string
	}{
		{callout.Placed, callout.Placed, `"statusCode":1001,"name":"PLACED"`},
		{callout.PaymentVerification, callout.PaymentVerification, `"statusCode":1011,"name":"PAYMENT_VERIFICATION"`},
		{callout.ChangeDeclined, callout.Started, `"statusCode":1005,"name":"STARTED"`},
		{callout.ChangeDeclined, callout.Extended, `"statusCode":1007,"name":"EXTENDED"`},
		{callout.PaymentRejected, callout.Started, `"statusCode":1005,"name":"STARTED"`},
		{callout.OfferDeclined, callout.Placed, ""},
	} {
		e := event()
		e.Status = c.event
		e.Order = mustJSON(t, callout.Order{ID: "o-1", Version: 4, Status: c.rests, ClientID: "c-1"})
		out, goesOut := wire.AppendClassic([]byte("before"), &e)
		if goesOut != (c.want != "") || !strings.HasPrefix(string(out), "before") || !goesOut && len(out) != len("before") {
			t.Errorf("%s: goes out %v: %s", c.event, goesOut, out)
		}
		if !strings.Contains(string(out), `"status":{`+c.want) && goesOut {
			t.Errorf("%s on %s goes out as %s", c.event, c.rests, out)
		}
	}
}

// FuzzDecodeClassic: whatever comes is refused, or is a command that says it is classic and names nobody.
func FuzzDecodeClassic(f *testing.F) {
	for _, seed := range []string{
		`{"orderId":"507f1f77bcf86cd799439011","statusCode":"1004","receivers":["s-1","c-1"],"extra":{}}`, `{"statusCode":1001,"extra":{"note":1}}`,
		`{"statusCode":"+1004"}`, `{"statusCode":null}`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := wire.DecodeClassic(data)
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case wire.Command:
			if !frame.Classic || frame.ID != "" || frame.Version != 0 || frame.Sender != (callout.Actor{}) {
				t.Fatalf("read as %#v", frame)
			}
		case wire.BadCommand:
			if frame.ID != "" || frame.Err.Code != callout.Invalid {
				t.Fatalf("read as %#v", frame)
			}
		default:
			t.Fatalf("read as %#v", frame)
		}
	})
}
