package sqlite

import (
	"embed"
	"errors"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// applicationID marks a database file as Callout's ("Call"). See https://www.sqlite.org/fileformat2.html#application_id
const applicationID = 0x43616c6c

// The n-th file brings the schema from version n-1 to n. A file that has been released is never changed.
//
//go:embed schema/*.sql
var schemaFiles embed.FS

// migrations are the contents of the schema files, in order.
func migrations() ([]string, error) {
	files, err := schemaFiles.ReadDir("schema")
	if err != nil {
		return nil, fmt.Errorf("list schema files: %w", err)
	}
	var scripts []string
	for _, f := range files {
		script, err := schemaFiles.ReadFile("schema/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read schema file: %w", err)
		}
		scripts = append(scripts, string(script))
	}
	return scripts, nil
}

// identify reads the schema version of a database, 0 if it is empty, without a change to it. It refuses a file that is
// another program's or a newer Callout's.
func identify(conn *sqlite3.Conn, known int) (version int, err error) {
	var application, tables int
	for _, q := range []struct {
		sql string
		n   *int
	}{
		{"PRAGMA application_id", &application},
		{"PRAGMA user_version", &version},
		{"SELECT count(*) FROM sqlite_schema", &tables},
	} {
		if err := run(conn, q.sql, func(row *sqlite3.Stmt) error { *q.n = row.ColumnInt(0); return nil }); err != nil {
			if sqlite3.ErrCode(err).ToPrimary() == sqlite3.ResultNotADB {
				return 0, fmt.Errorf("it is not an SQLite database: %w", err)
			}
			return 0, err
		}
	}
	empty := application == 0 && version == 0 && tables == 0
	if application != applicationID && !empty {
		return 0, fmt.Errorf("it is another program's database (its application_id is %#x, not %#x)", application, applicationID)
	}
	if version > known {
		return 0, fmt.Errorf("its schema has version %d and this program knows versions up to %d: it was written by a newer Callout", version, known)
	}
	return version, nil
}

// migrate brings the schema from version to its newest, each step in a transaction.
func migrate(conn *sqlite3.Conn, scripts []string, version int) (err error) {
	// What is sorted for a new index is as large as the index: not in memory.
	if err := run(conn, "PRAGMA temp_store = FILE", nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, setPragmas(conn, pragmasOfAll())) }()
	for ; version < len(scripts); version++ {
		if err := migrateOnce(conn, scripts[version], version+1); err != nil {
			return fmt.Errorf("migrate the schema to version %d: %w", version+1, err)
		}
	}
	return nil
}

func migrateOnce(conn *sqlite3.Conn, script string, version int) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return err
	}
	defer end(&err)
	return sqlitex.ExecuteScript(conn, fmt.Sprintf("%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;",
		script, applicationID, version), nil)
}
