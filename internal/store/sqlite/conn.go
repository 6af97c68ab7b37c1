package sqlite

import (
	"errors"
	"fmt"
	"strings"

	sqlite3 "zombiezen.com/go/sqlite"
)

// pragma is a setting of a connection. SQLite ignores a name or a value that it does not know, so each is read back.
type pragma struct{ name, value, reads string }

// pragmasOfAll are for every connection.
func pragmasOfAll() []pragma {
	return []pragma{
		{"busy_timeout", "5000", "5000"}, // ms to wait for another process, such as a backup
		{"trusted_schema", "OFF", "0"},
		{"temp_store", "MEMORY", "2"},
	}
}

// pragmasOfWriter make a commit durable before it returns.
func pragmasOfWriter() []pragma {
	return []pragma{
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"fullfsync", "ON", "1"},                         // on macOS fsync alone does not reach the disk
		{"cache_size", "-65536", "-65536"},               // KiB
		{"wal_autocheckpoint", "16000", "16000"},         // pages: groups write the same ones again and again
		{"journal_size_limit", "134217728", "134217728"}, // bytes that a WAL which has grown is cut to
	}
}

func setPragmas(conn *sqlite3.Conn, pragmas []pragma) error {
	for _, p := range pragmas {
		if err := run(conn, "PRAGMA "+p.name+" = "+p.value, nil); err != nil {
			return fmt.Errorf("set %s: %w", p.name, err)
		}
	}
	return checkPragmas(conn, pragmas)
}

func checkPragmas(conn *sqlite3.Conn, pragmas []pragma) error {
	for _, p := range pragmas {
		var got string
		if err := run(conn, "PRAGMA "+p.name, func(row *sqlite3.Stmt) error { got = row.ColumnText(0); return nil }); err != nil {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		if !strings.EqualFold(got, p.reads) {
			return fmt.Errorf("%s reads %q after it was set to %s", p.name, got, p.value)
		}
	}
	return nil
}

// run runs a statement, which stays prepared, and calls row for each row that it gives. row may be nil. An argument is
// an int64, a string, a []byte for a blob, or nil.
//
// A join with "column = ?" or "LIMIT ?" does not stay prepared: SQLite plans it again for every value (measured: 30 µs
// against 3). So joins take their arguments through subqueries.
func run(conn *sqlite3.Conn, sql string, row func(*sqlite3.Stmt) error, args ...any) error {
	stmt, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case int64:
			stmt.BindInt64(i+1, v)
		case string:
			stmt.BindText(i+1, v)
		case []byte:
			stmt.BindBytes(i+1, v)
		case nil:
			stmt.BindNull(i + 1)
		default:
			return fmt.Errorf("bind argument %d of %q: a %T", i+1, sql, arg)
		}
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		if row == nil {
			continue
		}
		if err := row(stmt); err != nil {
			return errors.Join(err, stmt.Reset())
		}
	}
}

// columnBytes copies a column, nil if it is NULL.
func columnBytes(row *sqlite3.Stmt, col int) []byte {
	if row.ColumnIsNull(col) {
		return nil
	}
	b := make([]byte, row.ColumnLen(col))
	row.ColumnBytes(col, b)
	return b
}
