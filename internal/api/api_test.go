package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// caller asks a server under test.
type caller struct {
	t    *testing.T
	s    *servertest.Server
	user string
	role callout.Role
}

func (c caller) as(user string, role callout.Role) caller { return caller{c.t, c.s, user, role} }

func start(t *testing.T, change func(*servertest.Config)) caller {
	t.Helper()
	return caller{t: t, s: servertest.Start(t, change)}
}

// answer is whatever the API answers.
type answer struct {
	status int
	kind   string // of its content

	Code, Detail, Next string // of a problem, of a page
	OrderID            string
	Version            int64
	Repeated           bool
	Order              json.RawMessage
	Orders             []callout.Order
	Events             []struct {
		Version                    int64
		StatusCode                 int
		Name, SenderID, SenderRole string
		Order                      callout.Order
		Extra                      struct{ Note, Via string }
	}
	Sessions []struct{ UserID, Device string }
	Points   []struct {
		Sessions        int
		Open, Moves     map[string]int
		SecondsToAccept *struct{ Count int }
	}
	Receipts []struct {
		Version int64
		UserID  string
		Seq     int64
		Devices []struct{ Device string }
	}
}

func (c caller) ask(method, path, body string, headers ...string) (a answer) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.s.URL+path, bytes.NewBufferString(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.user != "" {
		r.Header.Set("Callout-User", c.user)
		r.Header.Set("Callout-Role", string(c.role))
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a.status, a.kind = response.StatusCode, response.Header.Get("Content-Type")
	if err := json.Unmarshal(data, &a); err != nil {
		c.t.Fatalf("%s %s: %d %s: %v", method, path, a.status, data, err)
	}
	return a
}

func (c caller) get(path string) answer {
	c.t.Helper()
	return c.ask(http.MethodGet, path, "")
}

// say sends a command, and gives its answer.
func (c caller) say(key string, body string) answer {
	c.t.Helper()
	return c.ask(http.MethodPost, "/v1/commands", body, "Idempotency-Key", key)
}

func (c caller) place(key string, receivers ...string) string {
	c.t.Helper()
	list, _ := json.Marshal(receivers)
	a := c.say(key, fmt.Sprintf(`{"statusCode":1001,"receivers":%s,"extra":{"services":[{"service":"tap","quantity":1,"unitPrice":500}],"currency":"INR","note":"ring twice"}}`, list))
	if a.status != http.StatusOK {
		c.t.Fatalf("placed: %+v", a)
	}
	return a.OrderID
}

func (c caller) move(key, orderID string, status callout.Status, extra string) answer {
	c.t.Helper()
	return c.say(key, fmt.Sprintf(`{"orderId":%q,"statusCode":%d,"extra":%s}`, orderID, int(status), extra))
}

func ids(orders []callout.Order) (ids []string) {
	for _, o := range orders {
		ids = append(ids, o.ID)
	}
	return ids
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestACommandTakesEffectOnceAndReachesTheSocket(t *testing.T) {
	c := start(t, nil)
	client, worker := c.as("c-1", callout.Client), c.as("s-9", callout.Serviceman)
	peer, _ := c.s.Enter("s-9", callout.Serviceman)
	order := client.place("k-1", "s-9")
	if e := peer.Event(); e.OrderID != order || e.Status != callout.Placed {
		t.Errorf("the serviceman is told %+v", e)
	}
	again := client.say("k-1", `{"statusCode":1001,"receivers":["s-9"],"extra":{"services":[{"service":"tap","quantity":1,"unitPrice":500}],"currency":"INR","note":"ring twice"}}`)
	same(t, "a repeat", []any{again.status, again.OrderID, again.Repeated}, []any{200, order, true})
	accepted := worker.move("k-1", order, callout.Accepted, `{}`)
	same(t, "accepted", []any{accepted.status, accepted.Version, accepted.Repeated}, []any{200, int64(2), false})
	if e := peer.Event(); e.CommandID != "k-1" || e.Status != callout.Accepted {
		t.Errorf("the serviceman is told %+v", e)
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	c := start(t, nil)
	client := c.as("c-1", callout.Client)
	order := client.place("k-1", "s-9")
	for name, got := range map[string]struct {
		answer answer
		status int
		code   string
	}{
		"invalid":          {client.say("k-2", `{"statusCode":1001,"receivers":[]}`), 422, "invalid"},
		"an extra of none": {client.say("k-3", `{"statusCode":1010,"extra":{"method":5}}`), 422, "invalid"},
		"not yours":        {c.as("c-2", callout.Client).move("k-4", order, callout.Cancelled, `{}`), 404, "not_found"},
		"never yours":      {client.move("k-5", order, callout.Accepted, `{}`), 403, "forbidden"},
		"not now":          {client.move("k-6", order, callout.Started, `{}`), 409, "conflict"},
		"another content":  {client.move("k-1", order, callout.Cancelled, `{}`), 409, "conflict"},
		"no key":           {client.ask(http.MethodPost, "/v1/commands", `{"statusCode":1001}`), 422, "invalid"},
		"no JSON":          {client.say("k-7", `{`), 400, "invalid"},
		"no code":          {client.say("k-8", `{}`), 422, "invalid"},
		"too large":        {client.say("k-9", `{"statusCode":1001,"extra":{"note":"`+string(bytes.Repeat([]byte("x"), 70_000))+`"}}`), 413, "too_large"},
		"no order":         {client.get("/v1/orders/nothing"), 404, "not_found"},
		"no status":        {client.get("/v1/orders?status=1012"), 422, "invalid"},
		"no place":         {client.get("/v1/orders?after=x"), 422, "invalid"},
		"another's place":  {client.get("/v1/orders?after=5-abc"), 422, "invalid"},
		"no user's id":     {client.get("/v1/orders?user=%00"), 422, "invalid"},
		"no order's id":    {client.get("/v1/orders/%ff"), 404, "not_found"},
		"no such path":     {client.get("/v1/nothing"), 404, "not_found"},
		"no such method":   {client.ask(http.MethodDelete, "/v1/orders", ""), 404, "not_found"},
		"others' orders":   {client.get("/v1/orders?user=c-2"), 403, "forbidden"},
		"others' ids":      {client.get("/v1/orders?id=o"), 403, "forbidden"},
		"nobody":           {c.get("/v1/orders"), 401, "unauthenticated"},
		"no role":          {c.as("c-1", "king").get("/v1/orders"), 422, "invalid"},
		"no id":            {c.as("c 1", callout.Client).get("/v1/orders"), 401, "unauthenticated"},
		"no bearer":        {c.ask(http.MethodGet, "/v1/orders", "", "Authorization", "Basic eA=="), 401, "unauthenticated"},
		"no token":         {c.ask(http.MethodGet, "/v1/orders", "", "Authorization", "Bearer x"), 401, "unauthenticated"},
	} {
		a := got.answer
		if a.status != got.status || a.Code != got.code || a.kind != "application/problem+json" || a.Detail == "" {
			t.Errorf("%s: %d %q %s %q", name, a.status, a.Code, a.kind, a.Detail)
		}
	}
	if a := client.move("k-10", order, callout.Started, `{}`); !bytes.Contains(a.Order, []byte(`"statusCode":1001`)) {
		t.Errorf("a refusal shows the order as %s", a.Order)
	}
}

func TestOrdersAreListedForWhoeverMayKnowOfThem(t *testing.T) {
	c := start(t, nil)
	ana, ben, sam, op := c.as("c-ana", callout.Client), c.as("c-ben", callout.Client), c.as("s-sam", callout.Serviceman), c.as("o-1", callout.Operator)
	one := ana.place("k-1", "s-sam")
	two := ben.place("k-2", "s-sam", "s-sue")
	three := ana.place("k-3", "s-sam")
	sam.move("k-1", one, callout.Accepted, `{}`)
	ana.move("k-4", three, callout.Cancelled, `{}`)
	same(t, "ana's", ids(ana.get("/v1/orders").Orders), []string{three, one})
	same(t, "ana's open", ids(ana.get("/v1/orders?open=true").Orders), []string{one})
	same(t, "sam's", ids(sam.get("/v1/orders").Orders), []string{one})
	offered := sam.get("/v1/orders?open=true").Orders
	same(t, "sam's open, an offer among them", ids(offered), []string{two, one})
	if offered[0].Note != "" || offered[1].Note == "" {
		t.Errorf("sam sees %+v", offered)
	}
	some := sam.get("/v1/orders?open=true&limit=1")
	same(t, "sam's newest", ids(some.Orders), []string{two})
	some = sam.get("/v1/orders?open=true&limit=1&after=" + some.Next)
	same(t, "sam's next, and what follows", []any{ids(some.Orders), some.Next}, []any{[]string{one}, ""})
	same(t, "what is on offer to sam", ids(sam.get("/v1/orders?open=true&status=1002").Orders), []string{two})
	same(t, "all", ids(op.get("/v1/orders").Orders), []string{three, two, one})
	same(t, "of ben", ids(op.get("/v1/orders?user=c-ben").Orders), []string{two})
	same(t, "cancelled or accepted", ids(op.get("/v1/orders?status=1008,1004").Orders), []string{three, one})
	same(t, "by id", ids(op.get("/v1/orders?id="+one[:20]).Orders), []string{one})
	first := op.get("/v1/orders?limit=2")
	same(t, "the first page", ids(first.Orders), []string{three, two})
	second := op.get("/v1/orders?limit=2&after=" + first.Next)
	same(t, "the second page", ids(second.Orders), []string{one})
	same(t, "what follows", second.Next, "")
	if got := op.get("/v1/orders?since=2030-01-01T00:00:00Z").Orders; got == nil || len(got) > 0 {
		t.Errorf("placed in days to come: %v", got)
	}
}

func TestAnOrderIsShownAsItsReaderMaySeeIt(t *testing.T) {
	c := start(t, nil)
	ana, sam, sue, op := c.as("c-ana", callout.Client), c.as("s-sam", callout.Serviceman), c.as("s-sue", callout.Serviceman), c.as("o-1", callout.Operator)
	id := ana.place("k-1", "s-sam", "s-sue", "s-sid")
	if a := c.as("s-sid", callout.Serviceman).move("k-1", id, callout.OfferDeclined, `{"why":"too far"}`); a.status != http.StatusOK {
		t.Errorf("declined: %+v", a)
	}
	order := func(by caller) callout.Order {
		var o callout.Order
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.s.URL+"/v1/orders/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Callout-User", by.user)
		r.Header.Set("Callout-Role", string(by.role))
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if err := json.NewDecoder(response.Body).Decode(&o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	if got := order(sam); got.Total != 500 || got.Note != "" || len(got.Receivers) > 0 {
		t.Errorf("on offer: %+v", got)
	}
	sam.move("k-1", id, callout.Accepted, `{}`)
	if got := order(sue); got.Status != callout.Accepted || got.ClientID != "" || got.Total != 0 {
		t.Errorf("closed: %+v", got)
	}
	for _, by := range []caller{ana, sam, op} {
		if got := order(by); got.Note == "" || got.ServicemanID != "s-sam" {
			t.Errorf("to %s: %+v", by.user, got)
		}
		events := by.get("/v1/orders/" + id + "/events").Events
		var names []string
		for _, e := range events {
			names = append(names, e.Name)
		}
		want, last := []string{"PLACED", "BROADCASTED", "OFFER_DECLINED", "ACCEPTED"}, events[len(events)-1]
		if by == sam { // of the time before he had it he sees what he was told
			want = []string{"PLACED", "BROADCASTED", "ACCEPTED"}
		}
		same(t, "events for "+by.user, names, want)
		if (events[0].Extra.Note == "") != (by == sam) || (events[0].Order.Note == "") != (by == sam) || last.Order.Note == "" {
			t.Errorf("events for %s: %+v", by.user, events)
		}
		if last.SenderID != "s-sam" || last.SenderRole != "serviceman" || last.Order.Version != 4 {
			t.Errorf("events for %s: %+v", by.user, events)
		}
	}
	for _, path := range []string{"/events", "/receipts"} {
		if a := sue.get("/v1/orders/" + id + path); a.status != http.StatusForbidden {
			t.Errorf("%s for one whose offer is closed: %d", path, a.status)
		}
		if a := c.as("c-ben", callout.Client).get("/v1/orders/" + id + path); a.status != http.StatusNotFound {
			t.Errorf("%s for a stranger: %d", path, a.status)
		}
	}
	all := op.get("/v1/orders/" + id + "/receipts").Receipts
	if !slices.ContainsFunc(all, func(r struct {
		Version int64
		UserID  string
		Seq     int64
		Devices []struct{ Device string }
	}) bool {
		return r.UserID == "s-sue" && r.Version == 4 && r.Seq == 3
	}) {
		t.Errorf("receipts for operators: %+v", all)
	}
	for _, r := range ana.get("/v1/orders/" + id + "/receipts").Receipts {
		if r.Version != 1 || r.UserID == "c-ana" || r.Seq != 0 || len(r.Devices) != 0 { // they have called, and have no device
			t.Errorf("a receipt for ana: %+v", r)
		}
	}
}

func TestTheDescriptionIsOfWhatThereIs(t *testing.T) {
	c := start(t, nil)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.s.URL+"/v1/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var description struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Responses map[string]struct{ Content map[string]any }
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&description); err != nil {
		t.Fatal(err)
	}
	for path, method := range map[string]string{
		"/v1/orders": "get", "/v1/orders/{order}": "get", "/v1/orders/{order}/events": "get", "/v1/orders/{order}/receipts": "get", "/v1/commands": "post",
	} {
		operation, there := description.Paths[path][method]
		if !there || operation.Responses["default"].Content["application/problem+json"] == nil {
			t.Errorf("%s %s: %+v", method, path, operation)
		}
	}
	for _, name := range []string{"Order", "Service", "Change", "Paid", "Place", "Event", "Session", "Receipt", "Command", "Point"} {
		schema := description.Components.Schemas[name]
		if len(schema.Properties) == 0 {
			t.Errorf("there is no schema of %s", name)
		}
		for key, property := range schema.Properties {
			if plain := key == "at" || key == "statusCode" || key == "userId"; property.Description == "" && !plain {
				t.Errorf("what is %s of %s?", key, name)
			}
		}
	}
	if description.OpenAPI != "3.1.0" {
		t.Errorf("it is OpenAPI %s", description.OpenAPI)
	}
}

func TestWhoIsConnectedIsListedForOperators(t *testing.T) {
	c := start(t, nil)
	for _, who := range []string{"c-2", "c-1", "s-9"} {
		c.s.Enter(who, callout.Client)
	}
	op := c.as("o-1", callout.Operator)
	list := func(by caller, query string) (found []string, next string) {
		a := by.get("/v1/sessions" + query)
		for _, s := range a.Sessions {
			found = append(found, s.UserID+"/"+s.Device)
		}
		return found, a.Next
	}
	all, next := list(op, "")
	same(t, "all", all, []string{"c-1/d-c-1", "c-2/d-c-2", "s-9/d-s-9"})
	same(t, "what follows", next, "")
	two, next := list(op, "?limit=2")
	same(t, "a page", two, []string{"c-1/d-c-1", "c-2/d-c-2"})
	rest, _ := list(op, "?limit=2&after="+next)
	same(t, "the rest", rest, []string{"s-9/d-s-9"})
	one, _ := list(op, "?user=c-2")
	same(t, "of one", one, []string{"c-2/d-c-2"})
	if a := c.as("c-2", callout.Client).get("/v1/sessions?user=c-2"); a.status != http.StatusForbidden {
		t.Errorf("for a client: %+v", a)
	}
}

func TestFiguresSayWhatTheServerDid(t *testing.T) {
	c := start(t, nil)
	c.s.Enter("c-2", callout.Client)
	take := func() {
		if err := c.s.Figures.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	take()
	client, worker := c.as("c-1", callout.Client), c.as("s-9", callout.Serviceman)
	for i := range 3 {
		order := client.place(fmt.Sprint("k-", i), "s-9")
		if i > 0 {
			worker.move(fmt.Sprint("k-", i), order, callout.Accepted, `{}`)
		}
		client.move("refused", order, callout.Payment, `{"method":"upi"}`)
	}
	lone := client.place("k-lone", "s-9")
	worker.move("k-lone", lone, callout.OfferDeclined, `{}`)
	take()
	take()
	points := c.as("o-1", callout.Operator).get("/v1/figures").Points
	if len(points) != 3 {
		t.Fatalf("%d points", len(points))
	}
	same(t, "moves", points[1].Moves, map[string]int{"1001": 4, "1003": 1, "1004": 2, "1014": 1})
	same(t, "open orders", points[1].Open, map[string]int{"1001": 1, "1004": 2})
	same(t, "before", []any{points[0].Sessions, len(points[0].Moves), len(points[0].Open), points[0].SecondsToAccept == nil}, []any{1, 0, 0, true})
	same(t, "after", []any{points[2].Sessions, len(points[2].Moves), len(points[2].Open), points[2].SecondsToAccept == nil}, []any{1, 0, 2, true})
	if accept := points[1].SecondsToAccept; accept == nil || accept.Count != 2 {
		t.Errorf("time to accept: %+v", accept)
	}
	if a := client.get("/v1/figures"); a.status != http.StatusForbidden {
		t.Errorf("for a client: %+v", a)
	}
}

func TestAUserMayNotAskForEver(t *testing.T) {
	c := start(t, func(c *servertest.Config) { c.Server.Session.Rate, c.Server.Session.Burst = 1, 3 })
	client := c.as("c-1", callout.Client)
	limited := 0
	for range 20 {
		if a := client.get("/v1/orders"); a.status == http.StatusTooManyRequests && a.Code == "rate_limited" {
			limited++
		}
	}
	if limited == 0 {
		t.Error("none of 20 was too many")
	}
	for _, other := range []caller{c.as("c-2", callout.Client), c.as("shop", callout.Backend)} {
		if a := other.get("/v1/orders"); a.status != http.StatusOK {
			t.Errorf("%s: %+v", other.user, a)
		}
	}
}

func TestWhatIsNotKnownIsIgnored(t *testing.T) {
	c := start(t, nil)
	if a := c.as("c-1", callout.Client).say("k-1", `{"statusCode":1001,"receivers":["s-9"],"colour":"red"}`); a.status != http.StatusOK {
		t.Errorf("%+v", a)
	}
}
