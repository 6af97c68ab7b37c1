package postgres_test

import (
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/store/postgres"
)

// TestRepeatsAreFoundByTheirIndex by the whole key.
func TestRepeatsAreFoundByTheirIndex(t *testing.T) {
	db := open(t, server.Database(t), postgres.Options{})
	plan, err := db.PlanOfRepeats(t.Context())
	if err != nil || !strings.Contains(plan, "Index Scan using events_command") ||
		!strings.Contains(plan, "((command_id = (k.command_id)::text) AND (sender_id = (k.sender_id)::text))") {
		t.Errorf("the plan is\n%s\n%v", plan, err)
	}
}
