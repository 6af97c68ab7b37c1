package sqlite

import (
	"strings"
	"testing"

	sqlite3 "zombiezen.com/go/sqlite"
)

// TestWritesMakeNoTables: a condition such as "status IN (…)" in a CHECK or an index has SQLite make and fill a table for
// every row that is written, which costs as much as the row.
func TestWritesMakeNoTables(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	err := db.read(t.Context(), func(conn *sqlite3.Conn) error {
		for _, table := range []string{"users", "orders", "events", "inbox", "devices", "open_orders", "receipts"} {
			var columns []string
			err := run(conn, `SELECT '"' || name || '"' FROM pragma_table_info('`+table+`')`, func(row *sqlite3.Stmt) error {
				columns = append(columns, row.ColumnText(0))
				return nil
			})
			if err != nil {
				return err
			}
			sql := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
			err = run(conn, "EXPLAIN "+sql, func(row *sqlite3.Stmt) error {
				if row.ColumnText(1) == "OpenEphemeral" {
					t.Errorf("a table is made by %s", sql)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsLookedForIsFoundByItsIndex, however many orders and events there are.
func TestWhatIsLookedForIsFoundByItsIndex(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	for query, index := range map[string]string{
		overQuery:   "orders_over (updated_at<?)",
		repeatQuery: "events_command (command_id=? AND sender_id=?)",
	} {
		var plan string
		err := db.read(t.Context(), func(conn *sqlite3.Conn) error {
			return run(conn, "EXPLAIN QUERY PLAN "+query, func(row *sqlite3.Stmt) error {
				plan += row.ColumnText(3) + "\n"
				return nil
			})
		})
		if err != nil || !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("the plan of %q is %q (%v)", query, plan, err)
		}
	}
}
