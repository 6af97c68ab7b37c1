package sim

import (
	"fmt"
	"time"
)

// drawFault draws one thing that goes wrong, and when.
func (p *plan) drawFault(d *dice) fault {
	at := d.between(500*time.Millisecond, p.storm)
	who := oneOf(d, p.devices())
	short, long := d.between(0, 3*time.Second), d.between(2*time.Second, 15*time.Second)
	switch d.below(13) {
	case 0, 1:
		return fault{at, who + " is cut off", func(w *world) { w.cut(who, short, d.between(0, short)) }}
	case 2:
		return fault{at, "everybody is cut off", func(w *world) { w.cut("", 0, 0) }}
	case 3:
		what := fmt.Sprintf("what %s has sent arrives %v after it is cut off", who, short)
		return fault{at, what, func(w *world) { w.belate(who, short) }}
	case 4:
		down, up := d.chance(0.7), d.chance(0.7)
		what := fmt.Sprintf("nothing reaches %s (%v) or comes from there (%v) for %v", who, down, up, long)
		return fault{at, what, func(w *world) { w.stall(who, down, up, long) }}
	case 5:
		return fault{at, fmt.Sprintf("%s is refused for %v", who, long), func(w *world) { w.network.refuse(who, long) }}
	case 6:
		return fault{at, fmt.Sprintf("the server crashes, and is back %v later", short), func(w *world) { w.crash(short) }}
	case 7:
		in := place(1 + d.below(numberOfPlaces-1))
		what := fmt.Sprintf("the server is to crash in a commit, %s, and is back %v later", in, short)
		return fault{at, what, func(w *world) { w.crashIn(in, short) }}
	case 8:
		return fault{at, fmt.Sprintf("the server stops, and is back %v later", short), func(w *world) { w.restart(short) }}
	case 9:
		offset := d.between(-6*time.Second, 6*time.Second)
		return fault{at, fmt.Sprintf("the server's clock is wrong by %v", offset), func(w *world) { w.clock.set(offset) }}
	case 10:
		return fault{at, fmt.Sprintf("the database is away for %v", short), func(w *world) { w.storm.rage(1, short) }}
	case 11:
		what := fmt.Sprintf("the next hello of %s arrives %v after it is cut off", who, short)
		return fault{at, what, func(w *world) { w.belateNext(who, short) }}
	default:
		return fault{at, fmt.Sprintf("the database is in trouble for %v", long), func(w *world) { w.storm.rage(0.5, long) }}
	}
}

// cut breaks the links of a device, for the server some time after the device. What is on its way then is lost.
func (w *world) cut(who string, near, far time.Duration) {
	for _, l := range w.network.of(who) {
		l.lose()
		l.sever(near, far)
	}
}

// belate breaks the links of a device for the device alone. What it has sent arrives later, when it may have been sent
// once more through a new one.
func (w *world) belate(who string, by time.Duration) {
	for _, l := range w.network.of(who) {
		l.belate(by)
	}
}

// belateNext has the same happen, through the next link of a device that gets so far, to the hello and what follows it. What
// there is now is cut off, so that there is a next one.
func (w *world) belateNext(who string, by time.Duration) {
	w.network.belateNext(who, by)
	w.cut(who, 0, 0)
}

// stall keeps what is sent through the links of a device, which look as if nothing were wrong, for a while.
func (w *world) stall(who string, down, up bool, d time.Duration) {
	for _, l := range w.network.of(who) {
		if down {
			l.stall(l.near, d)
		}
		if up {
			l.stall(l.far, d)
		}
	}
}
