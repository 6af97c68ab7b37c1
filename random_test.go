package callout_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/calloutd/callout"
)

var everybody = []callout.Actor{client, serviceman, rival, decliner, outsider, idler, operator}

// anyActor is mostly somebody in their role, and sometimes in another's or in none.
func anyActor(t *rapid.T) callout.Actor {
	a := rapid.SampledFrom(everybody).Draw(t, "actor")
	if rapid.IntRange(0, 9).Draw(t, "out of role") == 0 {
		a.Role = rapid.SampledFrom([]callout.Role{callout.Client, callout.Serviceman, callout.Operator, "", "boss"}).Draw(t, "role")
	}
	return a
}

// anyCommand is whatever anybody might ask for, most of it wrong.
func anyCommand(t *rapid.T, o *callout.Order) callout.Command {
	cmd := callout.Command{
		Sender: anyActor(t), OrderID: "o-1",
		Status:    callout.Status(rapid.IntRange(1000, 1015).Draw(t, "status")),
		Version:   rapid.SampledFrom([]int64{0, 0, 0, -1, 1, 2, 3, 4, 5}).Draw(t, "version"),
		Receivers: rapid.SliceOfN(rapid.SampledFrom([]string{"s-1", "s-2", "s-3", "s-4", "c-1", "system", "", "s/1"}), 0, 4).Draw(t, "receivers"),
		Classic:   rapid.Bool().Draw(t, "classic"),
		Extra:     anyExtra(t),
	}
	if cmd.Status != callout.Placed && rapid.IntRange(0, 3).Draw(t, "by the system") == 0 {
		cmd.Sender = system
		if o != nil {
			cmd.Version = o.Version
		}
	}
	return cmd
}

func anyExtra(t *rapid.T) callout.Extra {
	e := callout.Extra{
		Currency:     rapid.SampledFrom([]string{"", "INR", "EUR", "XXX"}).Draw(t, "currency"),
		Note:         anyText(t),
		OfferSeconds: rapid.SampledFrom([]int64{0, 0, 60, -1, 1 << 40}).Draw(t, "offerSeconds"),
		ChangeID:     rapid.SampledFrom([]int64{0, 0, 4, 5, 6, -1}).Draw(t, "changeId"),
		Method:       rapid.SampledFrom([]callout.Method{"", callout.Cash, callout.UPI, callout.Card, "cheque"}).Draw(t, "method"),
		Reference:    anyText(t), Reason: anyText(t),
	}
	if rapid.Bool().Draw(t, "services?") {
		e.Services = rapid.SliceOfN(rapid.Custom(anyService), 0, 3).Draw(t, "services")
	}
	if rapid.Bool().Draw(t, "amount?") {
		e.Amount = amount(rapid.SampledFrom([]int64{0, 65_00, 1, -1, 1 << 60}).Draw(t, "amount"))
	}
	if rapid.Bool().Draw(t, "place?") {
		lat := rapid.Float64Range(-91, 91).Draw(t, "lat")
		e.Place = &callout.Place{Area: anyText(t), Address: anyText(t), Lat: &lat, Lon: &lat}
	}
	if rapid.Bool().Draw(t, "more?") {
		e.More = map[string]json.RawMessage{"x": json.RawMessage(rapid.SampledFrom([]string{`1`, `"a"`, `{"a":[]}`, `"\u0000"`, `{`}).Draw(t, "x"))}
	}
	return e
}

func anyText(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "", "because", "a\x00b", "\xff"}).Draw(t, "text")
}

func anyService(t *rapid.T) callout.Service {
	s := callout.Service{Service: "leak", Quantity: rapid.Int64Range(1, 5).Draw(t, "quantity"), UnitPrice: rapid.Int64Range(0, 1000).Draw(t, "price")}
	if rapid.IntRange(0, 19).Draw(t, "bad line") == 0 {
		s.UnitPrice = rapid.SampledFrom([]int64{-1, callout.MaxAmount, 1 << 62}).Draw(t, "bad price")
	}
	return s
}

// anyMove is one of the moves that the order allows somebody now, with what it needs.
func (l *life) anyMove(t *rapid.T) callout.Command {
	if l.order == nil {
		cmd := placed(servicemen(rapid.IntRange(1, 3).Draw(t, "receivers"))...)
		cmd.Sender, cmd.OrderID = client, "o-1"
		return cmd
	}
	var moves []callout.Command
	for _, a := range append(everybody, system) {
		for _, event := range l.order.Moves(a, l.now) {
			cmd := right(l.order, event)
			cmd.Sender, cmd.OrderID, cmd.Version = a, l.order.ID, l.order.Version
			if event == callout.OrderChanged {
				cmd.Extra.Services = rapid.SliceOfN(rapid.Custom(anyService), 1, 3).Draw(t, "services")
			}
			moves = append(moves, cmd)
		}
	}
	if len(moves) == 0 {
		return callout.Command{Sender: client, OrderID: "o-1", Status: callout.Started} // and is refused
	}
	return rapid.SampledFrom(moves).Draw(t, "move")
}

// deepCopy copies v with everything that it points to.
func deepCopy[T any](_ *rapid.T, v T) T {
	return copyValue(reflect.ValueOf(&v).Elem()).Interface().(T)
}

func copyValue(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(copyValue(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				c.Index(i).Set(copyValue(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			c.Set(reflect.MakeMap(v.Type()))
			for _, key := range v.MapKeys() {
				c.SetMapIndex(key, copyValue(v.MapIndex(key)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if c.Field(i).CanSet() {
				c.Field(i).Set(copyValue(v.Field(i)))
			}
		}
	}
	return c
}

// scribble changes everything that o holds or points to, so that whoever shares memory with it is found out.
func scribble(o *callout.Order) { scribbleValue(reflect.ValueOf(o).Elem()) }

func scribbleValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scribbleValue(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scribbleValue(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				scribbleValue(v.Field(i))
			}
		}
	case reflect.String:
		v.SetString("scribbled over")
	case reflect.Int, reflect.Int64:
		v.SetInt(-7)
	case reflect.Float64:
		v.SetFloat(-7)
	}
}

// TestScribbleAndCopyReachEverything as the property rests on them.
func TestScribbleAndCopyReachEverything(t *testing.T) {
	o := resting(t, callout.OrderChanged).order
	before := deepCopy(nil, *o)
	scribble(&before)
	if o.Change.Services[0].Service != "leak" || *o.Place.Lat != 12.97 || o.Former[0] != decliner.ID {
		t.Errorf("the copy shares memory with the order: %+v", o)
	}
	if before.Change.Services[0].Service == "leak" || *before.Place.Lat == 12.97 || before.Former[0] == decliner.ID {
		t.Errorf("not all was scribbled over: %+v", before)
	}
}
