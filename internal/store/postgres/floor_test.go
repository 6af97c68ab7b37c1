package postgres_test

import (
	"fmt"
	"testing"

	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/wire"
)

// TestBelowTheFloorNothingIsKnown: rows that have been cut off can neither be paged nor asked which events they were.
func TestBelowTheFloorNothingIsKnown(t *testing.T) {
	url := server.Database(t)
	db := open(t, url, postgres.Options{})
	for i := range 5 {
		id := fmt.Sprintf("o-%d", i+1)
		mustCommit(t, db, place(id, id, client(1), serviceman(1)))
	}
	ask[int](t, url, `WITH cut AS (DELETE FROM callout.inbox WHERE user_id = $1 AND seq <= 3)
		UPDATE callout.users SET floor = 3 WHERE id = $1 RETURNING 1`, client(1).ID)
	for _, c := range []struct {
		resume  wire.Resume
		matches bool
	}{
		{wire.Resume{Seq: 3, Of: "o-3/1"}, true},
		{wire.Resume{Seq: 3}, true},
		{wire.Resume{Seq: 2, Of: "o-2/1"}, false},
		{wire.Resume{Seq: 4, Of: "o-4/1"}, true},
		{wire.Resume{Seq: 4, Of: "o-3/1"}, false},
		{wire.Resume{Seq: 0, Of: "o-1/1"}, false},
	} {
		s, err := db.Open(t.Context(), client(1).ID, "phone", &c.resume)
		if err != nil {
			t.Fatal(err)
		}
		if s.Matches != c.matches || s.Floor != 3 || s.Head != 5 {
			t.Errorf("%+v gives %+v", c.resume, s)
		}
	}
	rows, err := db.Page(t.Context(), client(1).ID, 0, 9)
	if err != nil || len(rows) != 2 || rows[0].Seq != 4 {
		t.Fatalf("the inbox above its floor is %+v, %v", rows, err)
	}
}
