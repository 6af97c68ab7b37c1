package ledger_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
)

func TestAClientHasNoMoreOpenOrdersThanTheLimit(t *testing.T) {
	b := start(t, fresh(t), func(c *ledger.Config) { c.OpenOrders = 2 })
	b.must(place("p1", "o1", sam))
	b.must(place("p2", "o2", sam))
	wantRefusal(t, b.do(place("p3", "o3", sam)), callout.RateLimited)
	if a := b.must(place("p1", "o1", sam)); !a.Repeated {
		t.Errorf("a repeat is answered with %+v", a)
	}
	b.must(say("k1", ana, "o1", callout.Cancelled))
	b.must(place("p3", "o3", sam)) // which was refused, and is tried again
	wantRefusal(t, b.do(place("p4", "o4", sam)), callout.RateLimited)
}

func TestOpenOrdersAreCountedWithinAGroup(t *testing.T) {
	b := start(t, fresh(t), func(c *ledger.Config) { c.OpenOrders = 2 })
	b.must(place("p1", "o1", sam))
	release := b.faulty.hold()
	b.submit(say("warm", ana, "nothing", callout.Started))
	<-b.faulty.entered
	second, third := b.submit(place("p2", "o2", sam)), b.submit(place("p3", "o3", sam))
	cancel, fourth := b.submit(say("k1", ana, "o1", callout.Cancelled)), b.submit(place("p4", "o4", sam))
	release()
	if a, c, d := <-second, <-cancel, <-fourth; a.Err != nil || c.Err != nil || d.Err != nil {
		t.Errorf("%v, %v, %v", a.Err, c.Err, d.Err)
	}
	wantRefusal(t, <-third, callout.RateLimited)
}
