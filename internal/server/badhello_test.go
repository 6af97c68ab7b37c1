package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// hello is a hello of c-1 with more keys, which come last and so count.
func hello(keys string) string {
	return `{"type":"hello","userId":"c-1","role":"client","device":"bad"` + keys + `}`
}

func TestAFirstFrameThatIsNoValidHelloEndsTheSession(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	for name, test := range map[string]struct {
		frame string
		want  wire.CloseCode
	}{
		"not JSON":            {"hello", wire.Malformed},
		"nothing":             {"", wire.Malformed},
		"half an object":      {`{"type":"hello"`, wire.Malformed},
		"two objects":         {hello("") + hello(""), wire.Malformed},
		"an array":            {"[" + hello("") + "]", wire.Malformed},
		"a string":            {`"hello"`, wire.Malformed},
		"null":                {"null", wire.Malformed},
		"no type":             {`{"device":"bad"}`, wire.Malformed},
		"a type in capitals":  {strings.Replace(hello(""), "hello", "HELLO", 1), wire.Malformed},
		"a key in capitals":   {strings.Replace(hello(""), "type", "TYPE", 1), wire.Malformed},
		"a command":           {`{"type":"command","id":"x","orderId":"o-1","statusCode":1008}`, wire.Malformed},
		"an ack":              {`{"type":"ack","seq":1}`, wire.Malformed},
		"no device":           {hello(`,"device":null`), wire.Malformed},
		"a device of no name": {hello(`,"device":""`), wire.Malformed},
		"a device of 65":      {hello(`,"device":"` + strings.Repeat("d", 65) + `"`), wire.Malformed},
		"a device with /":     {hello(`,"device":"a/b"`), wire.Malformed},
		"a device with NUL":   {hello(`,"device":"a\u0000"`), wire.Malformed},
		"a device 7":          {hello(`,"device":7`), wire.Malformed},
		"a token 7":           {hello(`,"token":7`), wire.Malformed},
		"a user 7":            {hello(`,"userId":7`), wire.Malformed},
		"a role 7":            {hello(`,"role":7`), wire.Malformed},
		"a resume 7":          {hello(`,"resume":7`), wire.Malformed},
		"a resume of nothing": {hello(`,"resume":{}`), wire.Malformed},
		"a resume below 0":    {hello(`,"resume":{"seq":-1}`), wire.Malformed},
		"a resume of text":    {hello(`,"resume":{"seq":"1"}`), wire.Malformed},
		"a resume of 1.5":     {hello(`,"resume":{"seq":1.5}`), wire.Malformed},
		"a resume of 2^64":    {hello(`,"resume":{"seq":18446744073709551616}`), wire.Malformed},
		"a resume with of 7":  {hello(`,"resume":{"seq":1,"of":7}`), wire.Malformed},
		"a window below 0":    {hello(`,"window":-1`), wire.Malformed},
		"a window of text":    {hello(`,"window":"64"`), wire.Malformed},
		"a leave of its own":  {hello(`,"leave":"now"`), wire.Malformed},
		"a leave true":        {hello(`,"leave":true`), wire.Malformed},
		"everything wrong":    {hello(`,"token":7,"device":7,"resume":7,"window":"ü","leave":7,"userId":7,"role":7`), wire.Malformed},
		"nested 20,000 deep":  {hello(`,"x":` + nested(20000)), wire.Malformed},
		"no user":             {hello(`,"userId":""`), wire.Unauthenticated},
		"the system":          {hello(`,"userId":"system"`), wire.Unauthenticated},
		"a user with /":       {hello(`,"userId":"c/1"`), wire.Unauthenticated},
		"a user of 65":        {hello(`,"userId":"` + strings.Repeat("u", 65) + `"`), wire.Unauthenticated},
		"no role":             {hello(`,"role":""`), wire.Unauthenticated},
		"a role of its own":   {hello(`,"role":"admin"`), wire.Unauthenticated},
		"the system's role":   {hello(`,"role":"system"`), wire.Unauthenticated},
		"a token, none taken": {hello(`,"token":"e30.e30."`), wire.Unauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			p := s.Dial("/v1/socket")
			p.Text(test.frame)
			endsWith(t, p, test.want)
			s.unharmed(before)
		})
	}
}

// nested is an array in an array, so many deep.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestWhatAHelloDoesNotNeedIsIgnored(t *testing.T) {
	s := openShop(t, nil)
	for name, frame := range map[string]string{
		"unknown keys":         hello(`,"version":"7","x":{"y":[1]}`),
		"nested 9,000 deep":    hello(`,"x":` + nested(9000)),
		"nulls":                hello(`,"token":null,"resume":null,"window":null,"leave":null`),
		"a window of 1e9":      hello(`,"window":1000000000`),
		"a key twice":          hello(`,"device":"bad"`),
		"space around":         " \n\t" + hello("") + "\r\n",
		"a resume far ahead":   hello(`,"resume":{"seq":9223372036854775807,"of":"no/1"}`),
		"a resume of no event": hello(`,"resume":{"seq":1,"of":"` + strings.Repeat("x/", 1000) + `"}`),
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			p := s.Dial("/v1/socket")
			p.Text(frame)
			w, ok := p.Next().(wire.Welcome)
			if !ok || w.UserID != "c-1" {
				t.Fatalf("the answer is %+v", w)
			}
			if far := strings.HasPrefix(name, "a resume"); w.Reset != far {
				t.Errorf("reset is %v", w.Reset)
			}
			answers(t, p)
		})
	}
}

func TestASecondHelloEndsTheSession(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	p, _ := s.Enter("c-1", callout.Client)
	p.Text(hello(""))
	endsWith(t, p, wire.Malformed)

	p = s.Dial("/v1/socket")
	p.Text(hello(""))
	p.Text(hello(`,"userId":"c-2"`)) // at once, while the first is looked at
	endsWith(t, p, wire.Malformed)
	s.unharmed(before)
}

func TestASessionWithoutAHelloInTimeEnds(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.HelloTimeout = 50 * time.Millisecond })
	endsWith(t, s.Dial("/v1/socket"), wire.Unauthenticated)

	r := dialRaw(t, s, "/v1/socket", masked(fin|ping, "a sign of life is no hello"), header(fin|text, 0x80, 100))
	if code := r.closed(); code != wire.Unauthenticated {
		t.Errorf("the session ends with %d", code)
	}
}
