package store_test

import (
	"fmt"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

func TestRecentRemembersWhatWasUsedLastAndNoMoreThanTwiceItsSize(t *testing.T) {
	const most = 10
	r := store.NewRecent(most)
	for i := range 10 * most {
		r.Put(callout.Order{ID: fmt.Sprint(i), Version: int64(i), Status: callout.Placed})
		if r.Get("0") == nil {
			t.Fatalf("order 0, which is asked for again and again, is forgotten with order %d", i)
		}
	}
	known := 0
	for i := range 10 * most {
		if o := r.Get(fmt.Sprint(i)); o != nil {
			known++
			if o.Version != int64(i) {
				t.Errorf("order %d is remembered as %+v", i, o)
			}
		} else if i > 9*most {
			t.Errorf("order %d, one of the last, is forgotten", i)
		}
	}
	if known > 2*most {
		t.Errorf("%d orders are remembered", known)
	}
}

func TestRecentForgetsWhatHasEndedAndEverythingWhenTold(t *testing.T) {
	r := store.NewRecent(10)
	r.Put(callout.Order{ID: "a", Status: callout.Accepted})
	r.Put(callout.Order{ID: "b", Status: callout.Accepted})
	r.Put(callout.Order{ID: "a", Status: callout.Cancelled})
	if r.Get("a") != nil || r.Get("b") == nil {
		t.Error("an order that has ended is remembered, or one that goes on is not")
	}
	if r.Forget(); r.Get("b") != nil {
		t.Error("an order is remembered that was to be forgotten")
	}
}
