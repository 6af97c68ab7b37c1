package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Database says where the orders are kept.
type Database struct {
	Name        string // a postgres:// URL, or the path of an SQLite file
	Wait        bool   // stand by while another process serves it
	AllowUnsafe bool   // serve on a PostgreSQL that does not keep what it has confirmed
	MaxDevices  int    // of a user; 0: store.MaxDevices
}

// IsPostgres reports whether the database is a PostgreSQL server, and not an SQLite file.
func (d Database) IsPostgres() bool {
	return strings.HasPrefix(d.Name, "postgres://") || strings.HasPrefix(d.Name, "postgresql://")
}

// check says whether a name that is no postgres:// URL can be meant as a path.
func (d Database) check() error {
	if kind, _, ok := strings.Cut(d.Name, "://"); ok && !d.IsPostgres() {
		return fmt.Errorf("there is no kind of database %s://; it is postgres:// or the path of an SQLite file", kind)
	}
	if key, _, ok := strings.Cut(d.Name, "="); ok && slices.Contains([]string{"host", "hostaddr", "port", "user", "dbname", "service"}, strings.TrimSpace(key)) {
		return errors.New("that looks like the keywords of a PostgreSQL connection; give them as a postgres:// URL")
	}
	if d.Name == "" {
		return errors.New("it has no name")
	}
	return nil
}

// checkFile refuses a file that is there and is no SQLite database, before anything is made beside it. It is for a process
// that does not have the database open: closing a file drops the locks that its process has on it.
func (d Database) checkFile() error {
	const magic = "SQLite format 3\x00"
	info, err := os.Stat(d.Name)
	switch {
	case d.IsPostgres() || errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("it is a directory")
	case !info.Mode().IsRegular() || info.Size() == 0: // an empty database is an empty file
		return nil
	}
	file, err := os.Open(d.Name)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, len(magic))
	if n, err := io.ReadFull(file, head); string(head[:n]) != magic {
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		return errors.New("it is not an SQLite database")
	}
	return nil
}

// Failure names the database that could not be opened, in one line. The errors of SQLite name it themselves.
func (d Database) Failure(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("open the database %s: %w", Redact(d.Name), inOneLine{err})
}

// inOneLine is an error that others write in several lines, such as one for each address that was tried.
type inOneLine struct{ error }

func (e inOneLine) Error() string {
	var parts []string
	for text := range strings.Lines(e.error.Error()) {
		if text = strings.TrimSpace(text); text != "" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), ":; ", ": ")
}

// Unwrap gives the error as it was.
func (e inOneLine) Unwrap() error { return e.error }
