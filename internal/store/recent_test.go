package store_test

import (
	"strconv"
	"testing"

	"github.com/calloutd/callout/internal/store"
)

func TestRecentRemembersWhatWasUsedLastAndNoMoreThanTwiceItsSize(t *testing.T) {
	const most = 10
	r := store.NewRecent[int](most)
	for i := range 10 * most {
		r.Put(strconv.Itoa(i), i)
		if _, ok := r.Get("0"); !ok {
			t.Fatalf("0, which is asked for again and again, is forgotten with %d", i)
		}
	}
	known := 0
	for i := range 10 * most {
		if n, ok := r.Get(strconv.Itoa(i)); ok {
			known++
			if n != i {
				t.Errorf("%d is remembered as %d", i, n)
			}
		} else if i > 9*most {
			t.Errorf("%d, one of the last, is forgotten", i)
		}
	}
	if known > 2*most {
		t.Errorf("%d are remembered", known)
	}
}

func TestRecentForgetsOneAndEverything(t *testing.T) {
	r := store.NewRecent[int](2)
	for i, id := range []string{"a", "b", "c", "d"} { // a and b are the old ones
		r.Put(id, i)
	}
	for _, id := range []string{"b", "d", "e"} {
		r.Change(id, func(n int) int { return n + 10 })
	}
	if b, _ := r.Get("b"); b != 11 {
		t.Errorf("b is changed to %d", b)
	}
	if _, ok := r.Get("e"); ok {
		t.Error("what was not remembered is changed")
	}
	r.Drop("a")
	r.Drop("c")
	for id, want := range map[string]bool{"a": false, "b": true, "c": false, "d": true} {
		if _, ok := r.Get(id); ok != want {
			t.Errorf("%s is remembered: %t, not %t", id, ok, want)
		}
	}
	r.Forget()
	for _, id := range []string{"b", "d"} {
		if _, ok := r.Get(id); ok {
			t.Errorf("%s is remembered when everything was to be forgotten", id)
		}
	}
}
