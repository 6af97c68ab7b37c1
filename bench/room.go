package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

const (
	bytesOfEvent = 2 << 10 // with its rows in inboxes and indexes; a fifth less on PostgreSQL, half of it on SQLite
	bytesOfLog   = 8 << 30 // that PostgreSQL keeps at most beside the tables, as it is set here
)

// checkRoom says that the disk has no room for so many events more.
func (d *database) checkRoom(ctx context.Context, events int) error {
	dir := d.dir
	if d.conn != nil {
		if err := d.conn.QueryRow(ctx, "SHOW data_directory").Scan(&dir); err != nil {
			return err
		}
	}
	free, known, err := room(dir)
	if err != nil || !known {
		return err
	}
	need := int64(events) * bytesOfEvent
	if need += min(need, bytesOfLog); need > free {
		return fmt.Errorf("%d more events take %.1f GiB, and %s has room for %.1f GiB", events, gib(need), filepath.Clean(dir), gib(free))
	}
	return nil
}

// size is how many bytes a database has.
func (d *database) size(ctx context.Context) (n int64, err error) {
	if d.conn != nil {
		err = d.conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&n)
		return n, err
	}
	info, err := os.Stat(d.name)
	if os.IsNotExist(err) { // it is made by who opens it first
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
