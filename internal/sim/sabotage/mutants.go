// Package sabotage breaks promises on purpose, and holds the simulation to catching each of the breaches. A mutant is a change
// to files of the server, the rules or the SDK that is compiled in by an overlay: no line of theirs serves it.
package sabotage

// mutant is one breach.
type mutant struct {
	name  string
	edits []edit
}

// edit replaces a text, which is there exactly once, in a file.
type edit struct{ file, from, to string }

var mutants = []mutant{
	{"an event is told before its commit", []edit{
		{"internal/ledger/commit.go", "l.store.Commit(ctx, g.names(), g.decide)", `l.store.Commit(ctx, g.names(), func(loaded store.Loaded) []store.Record {
		records := g.decide(loaded)
		l.config.Announce(l.foreseen(records))
		return records
	})
	for _, row := range rows {
		heads.Store(headKey{l, row.ReceiverID}, row.Seq)
	}`},
		{"internal/ledger/commit.go", "const (\n	maxTries", `// heads are those of inboxes, as far as they are known here.
var heads sync.Map

type headKey struct {
	lane *lane
	user string
}

// foreseen are the rows that records will be, if their users have had some before.
func (l *lane) foreseen(records []store.Record) []wire.Event {
	var rows []wire.Event
	next := make(map[string]int64)
	for i := range records {
		for _, to := range records[i].To {
			head, known := heads.Load(headKey{l, to.UserID})
			if !known {
				continue
			}
			next[to.UserID]++
			row := records[i].Row(to, head.(int64)+next[to.UserID])
			rows = append(rows, row.Event())
		}
	}
	return rows
}

const (
	maxTries`},
		{"internal/ledger/commit.go", "	\"slices\"\n", "	\"slices\"\n	\"sync\"\n"},
	}},
	{"a refusal is told before the commit that decided it", []edit{
		{"internal/ledger/commit.go", "l.store.Commit(ctx, g.names(), g.decide)", `l.store.Commit(ctx, g.names(), func(loaded store.Loaded) []store.Record {
		records := g.decide(loaded)
		for i, it := range g.items {
			if g.answers[i].Err != nil && it.cmd.Sender.Role != callout.System {
				it.done(g.answers[i])
			}
		}
		return records
	})`},
	}},
	{"a loser takes a seq", []edit{
		{"internal/store/sqlite/write.go", "	u.head++\n", "	u.head++\n	if to.View == callout.ClosedView {\n		u.head++\n	}\n"},
	}},
	{"a row of an inbox is left out", []edit{
		{"internal/store/sqlite/write.go", "		for _, to := range r.To {\n			u, err", "		for _, to := range r.To {\n			if r.Status == callout.Payment && to.UserID == r.Order.ServicemanID {\n				continue\n			}\n			u, err"},
	}},
	{"an event is delivered again on resuming", []edit{
		{"internal/session/hello.go", "		return r.Seq, false", "		return max(r.Seq-1, snap.Floor), false"},
	}},
	{"a repeat is forgotten", []edit{
		{"internal/ledger/group.go", "loaded.Repeats[it.key()]; ok {", "loaded.Repeats[it.key()]; ok && it.cmd.Status == callout.Placed {"},
	}},
	{"a repeat is answered out of turn", []edit{
		{"internal/session/commands.go", "	case row.Seq <= because.Passed:", "	case row.Seq > 0:"},
	}},
	{"an order is accepted twice", []edit{
		{"table.go", "By: []Grant{byOffered(onOffer...)}, To: Target(Accepted)", "By: []Grant{byOffered(Placed, Broadcasted, Accepted)}, To: Target(Accepted)"},
		{"rows.go", "	if !d.at.Before(d.before.DueAt) {\n		return conflict(\"the offer's", "	if d.before.Status != Accepted && !d.at.Before(d.before.DueAt) {\n		return conflict(\"the offer's"},
		{"rows.go", "	d.next.ServicemanID = d.cmd.Sender.ID\n	d.closeOffers()", "	d.next.ServicemanID = d.cmd.Sender.ID"},
	}},
	{"the server takes what it has sent for acknowledged", []edit{
		{"internal/session/delivery.go", "	s.sent = row.Seq\n", "	s.sent = row.Seq\n	s.ask(Acknowledge{s.me.UserID, s.device, s.sent - 1, s.sent})\n"},
	}},
	{"the SDK acknowledges before the program has finished and the cursor is written", []edit{
		{"client/inbox.go", "	in.hand = &in.queue[0]\n", "	in.hand = &in.queue[0]\n	in.done = in.hand.Seq\n"},
	}},
	{"a hello that comes late takes the device over", []edit{
		{"internal/server/hub.go", "a.number < b.number", "a.number < 0"},
	}},
	{"the SDK changes a command that it sends again", []edit{
		{"client/send.go", "	if unnamed && cmd.Version == 0", "	if cmd.Version == 0"},
	}},
	{"a timer is dropped", []edit{
		{"internal/store/sqlite/history.go", "due_at <= ? ORDER", "due_at <= ? AND due_code <> 1012 ORDER"},
	}},
	{"an old timer hits a new change", []edit{
		{"internal/ledger/timers.go", "	var answered sync.WaitGroup\n", "	time.Sleep(2 * time.Second) // which by itself does no harm\n	var answered sync.WaitGroup\n"},
		{"apply.go", "cmd.Version != 0 || who == asSystem; mustMatch && cmd.Version != o.Version", "who != asSystem && cmd.Version != 0; mustMatch && cmd.Version != o.Version"},
		{"rows.go", "	if d.who == asSystem {\n		if err := d.isDue(); err != nil {\n			return err\n		}\n	}\n	if err := d.namesChange(true)", "	if err := d.namesChange(true)"},
	}},
	{"a wake-up that is lost is never made up for", []edit{
		{"internal/server/compare.go", "		if err := s.compareOnce(ctx); err != nil", "		if err := error(nil); err != nil"},
	}},
	{"a receipt is given for what was only sent", []edit{
		{"internal/server/outbound.go", "SeenAt: now, Sent: sent}", "SeenAt: now, Sent: sent, Acked: sent}"},
	}},
}
