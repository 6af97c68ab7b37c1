package sim

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// storm decides what goes wrong with the database, which every node of a run shares.
type storm struct {
	dice *dice

	mu      sync.Mutex
	usual   float64   // the part of all calls that something is wrong with
	bad     float64   // and while the database is in trouble
	until   time.Time // which it is until then
	crashIn place     // the next commit that gets there ends its process
	cursed  store.Key // a command that the database takes for bad data,
	lifted  time.Time // until then
}

// place is where in a commit something happens.
type place int

const (
	nowhere        place = iota
	beforeCommit         // nothing has been read
	betweenCommit        // it has been decided, and nothing is written
	afterCommit          // it is durable, and nobody knows
	numberOfPlaces = iota
)

func (p place) String() string {
	return [...]string{"nowhere", "before anything was read", "when it was decided", "when it was durable"}[p]
}

var errAway = errors.New("the database is away")

// fate is what becomes of one commit.
type fate struct {
	slow  [numberOfPlaces]time.Duration
	fails place
	with  error
	crash place
}

// commit draws what becomes of a commit.
func (s *storm) commit(g store.Group) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.lifted) && slices.Contains(g.Keys, s.cursed) {
		return fate{fails: beforeCommit, with: store.BadData}
	}
	f := fate{crash: s.crashIn}
	s.crashIn = nowhere
	if f.crash != nowhere || !s.dice.chance(s.wrong()) {
		return f
	}
	where := place(1 + s.dice.below(numberOfPlaces-1))
	if s.dice.chance(0.5) {
		f.slow[where] = s.dice.between(10*time.Millisecond, 2*time.Second)
		if s.dice.chance(0.1) {
			f.slow[where] = time.Minute // longer than anybody waits
		}
	}
	if s.dice.chance(0.6) {
		f.fails = where
		f.with = errAway
		if where == beforeCommit {
			f.with = oneOf(s.dice, []error{errAway, store.TryAgain, store.BadData})
		}
		if errors.Is(f.with, store.BadData) && len(g.Keys) > 0 {
			s.cursed, s.lifted = oneOf(s.dice, g.Keys), time.Now().Add(s.dice.between(0, 2*time.Second))
		}
	}
	return f
}

// reading is what becomes of one read: how long it takes before it sees the database, how long its answer is on its way,
// and whether that is lost.
type reading struct {
	before, after time.Duration
	err           error
}

func (s *storm) read() (r reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dice.chance(s.wrong()) {
		return r
	}
	switch slow := s.dice.between(10*time.Millisecond, 4*time.Second); s.dice.below(4) {
	case 0:
		r.before = slow
	case 1, 2:
		r.after = slow
	}
	if s.dice.chance(0.4) {
		r.err = errAway
	}
	return r
}

// due is what becomes of a read of what is due. While that is on its way, much may happen to the orders.
func (s *storm) due() reading {
	r := s.read()
	s.mu.Lock()
	defer s.mu.Unlock()
	if r == (reading{}) && s.wrong() > 0 && s.dice.chance(0.4) {
		r.after = s.dice.between(time.Second, 3*time.Second)
	}
	return r
}

// wrong is the part of calls that something is wrong with now. The caller holds the lock.
func (s *storm) wrong() float64 {
	if time.Now().Before(s.until) {
		return s.bad
	}
	return s.usual
}

// rage has the database be in trouble for a while.
func (s *storm) rage(bad float64, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad, s.until = bad, time.Now().Add(d)
}

// crash has the next commit end its process when it gets there.
func (s *storm) crash(in place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashIn = in
}

// settle ends every trouble of the database.
func (s *storm) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usual, s.until, s.crashIn, s.lifted = 0, time.Time{}, nowhere, time.Time{}
}
