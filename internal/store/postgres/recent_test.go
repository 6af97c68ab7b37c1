package postgres_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store/postgres"
)

// TestAnOrderThatAnotherProcessHasMovedIsReadAgain although this one remembers it.
func TestAnOrderThatAnotherProcessHasMovedIsReadAgain(t *testing.T) {
	url := server.Database(t)
	db := open(t, url, postgres.Options{})
	mustCommit(t, db, callout.Command{ID: "p", Sender: client(1), OrderID: "o", Status: callout.Placed, Receivers: []string{serviceman(1).ID, serviceman(2).ID}})

	conn := dial(t, url)
	defer conn.Close(t.Context())
	for _, sql := range []string{ // serviceman 2 declines
		`INSERT INTO callout.events SELECT order_id, version + 1, 1014, order_status, receivers.id, 'serviceman', 'd', '\x00', at,
			replace(replace(party, '"version":2', '"version":3'), ',"' || receivers.id || '"', ''), offer, extra
			FROM callout.events, (SELECT '` + serviceman(2).ID + `' AS id) AS receivers WHERE order_id = 'o' AND version = 2`,
		`UPDATE callout.orders SET version = 3, former = ARRAY['` + serviceman(2).ID + `'] WHERE id = 'o'`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}

	outcomes, events, err := commit(t.Context(), db, nil,
		callout.Command{ID: "a", Sender: serviceman(2), OrderID: "o", Status: callout.Accepted},
		callout.Command{ID: "a", Sender: serviceman(1), OrderID: "o", Status: callout.Accepted})
	if err != nil || outcomes[0].refusal == nil || outcomes[1].refusal != nil {
		t.Fatalf("the outcomes are %+v, %v", outcomes, err)
	}
	if events[0].Version != 4 {
		t.Errorf("the order is at version %d, not 4", events[0].Version)
	}
}
