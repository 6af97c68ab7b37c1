package pgtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// serverVariable names a server to use instead of starting one.
const serverVariable = "CALLOUT_TEST_POSTGRES"

// Server is the server of one test binary, to be closed in its TestMain. It starts when the first test asks for a
// database: a cluster, or the server that the environment variable CALLOUT_TEST_POSTGRES names.
type Server struct {
	mu      sync.Mutex
	url     string // empty: not started
	cluster *Cluster
}

// TB is what a database needs of a test.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Database is the URL of a new database, which is dropped when the test ends.
func (s *Server) Database(t TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := s.start(ctx)
	if err != nil {
		t.Fatalf("%v", err)
	}
	database, err := CreateDatabase(ctx, server)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := DropDatabase(ctx, database); err != nil {
			t.Fatalf("%v", err)
		}
	})
	return database
}

// Close ends what was started.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Close()
}

// CreateDatabase makes an empty database on the server of a database, and gives its URL.
func CreateDatabase(ctx context.Context, server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", errors.New("the server's address is not a URL")
	}
	name := fmt.Sprintf("callout_test_%016x", rand.Uint64())
	if err := execute(ctx, server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// DropDatabase removes a database that [CreateDatabase] has made, with whoever is still connected to it.
func DropDatabase(ctx context.Context, database string) error {
	u, err := url.Parse(database)
	if err != nil {
		return errors.New("the database's address is not a URL")
	}
	name := pgx.Identifier{u.Path[1:]}.Sanitize()
	u.Path = "/postgres"
	if err := execute(ctx, u.String(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop a database: %w", err)
	}
	return nil
}

func execute(ctx context.Context, database, sql string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

func (s *Server) start(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url != "" {
		return s.url, nil
	}
	if named := os.Getenv(serverVariable); named != "" {
		s.url = named
		return named, nil
	}
	cluster, err := Start(ctx, Options{})
	if err != nil {
		return "", err
	}
	s.cluster, s.url = cluster, cluster.URL("postgres")
	return s.url, nil
}
