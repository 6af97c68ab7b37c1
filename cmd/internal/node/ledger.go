package node

import (
	"context"
	"errors"
	"sync"

	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/store"
)

// Ledger is a ledger on its database, with no server in front of it.
type Ledger struct {
	*ledger.Ledger
	database database
}

// OpenLedger opens the database, for this process alone, and makes a ledger on it. What is committed is told to
// config.Ledger.Announce and Missed; of config.Server it takes the clock, the log and the registry.
func OpenLedger(ctx context.Context, config Config) (*Ledger, error) {
	n := &Node{config: config}
	if err := n.openDatabase(ctx); err != nil {
		return nil, err
	}
	return &Ledger{n.newLedger(), n.database}, nil
}

// newLedger makes the ledger of a node whose database is open.
func (n *Node) newLedger() *ledger.Ledger {
	var committed store.Ledger = n.database
	if n.config.Record != nil {
		committed = n.config.Record(n.database)
	}
	config := n.config.Ledger
	config.Log, config.Keeper = n.config.Server.Log, n.database
	config.Metrics = ledger.NewMetrics(n.config.Server.Registry)
	return ledger.New(committed, config)
}

// Run commits until ctx ends, and what has been handed in by then. It returns an error when it had to stop by itself. It
// closes the database.
func (l *Ledger) Run(ctx context.Context) error {
	committing, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	beside.Go(func() { paceCollections(committing) })
	err := l.Ledger.Run(ctx)
	stop()
	beside.Wait()
	return errors.Join(err, l.database.Close())
}
