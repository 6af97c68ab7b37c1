package postgres

import (
	"testing"
	"time"
)

func TestAReadingOfTheClockGoesOnForASecond(t *testing.T) {
	const age = 400 * time.Millisecond
	database := time.UnixMilli(1_800_000_000_000)
	began := time.Now()
	now := (&reading{database, began.Add(-age)}).now()
	if now.Before(database.Add(age)) || now.After(database.Add(age+time.Since(began))) {
		t.Errorf("%v after a reading of %v it is %v", age, database, now)
	}
	var none *reading
	for what, r := range map[string]*reading{
		"one that is old":         {database, began.Add(-readingLasts - time.Millisecond)},
		"one that has never been": none,
	} {
		if now := r.now(); !now.IsZero() {
			t.Errorf("by %s it is %v", what, now)
		}
	}
}
