package server

import (
	"testing"
	"time"
)

func TestTheDoorCountsConnectionsPerAddress(t *testing.T) {
	now := time.Unix(0, 0)
	d := newDoor(Limits{PerAddress: 2}, func() time.Time { return now })
	knock := func(address string, want bool) {
		t.Helper()
		if got := d.knocks(address); got != want {
			t.Errorf("%s comes in: %t", address, got)
		}
	}
	for i := range addressBurst {
		knock("192.0.2.1:"+string(rune('1'+i%9)), true)
	}
	knock("192.0.2.1:99", false)
	knock("192.0.2.2:1", true)
	for range addressBurst {
		knock("[2001:db8::1]:1", true)
	}
	knock("[2001:db8::ffff]:1", false) // of the same site
	knock("[2001:db8:0:1::1]:1", true)
	knock("[::ffff:192.0.2.1]:1", false)
	now = now.Add(500 * time.Millisecond)
	knock("192.0.2.1:1", true)
	knock("192.0.2.1:1", false)
	now = now.Add(time.Minute)
	knock("192.0.2.3:1", true)
	if len(d.addresses) != 1 {
		t.Errorf("%d addresses are remembered that were quiet for a minute", len(d.addresses)-1)
	}
}

func TestTheDoorIsOpenWithoutALimit(t *testing.T) {
	d := newDoor(Limits{}, nil)
	for range 1000 {
		if !d.knocks("192.0.2.1:1") {
			t.Fatal("a connection is turned away")
		}
	}
}
