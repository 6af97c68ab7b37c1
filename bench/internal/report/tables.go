package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Figures are the tables for a page, by the names that its markers have.
func (r *Results) Figures() map[string]string {
	return map[string]string{
		"machine": r.machine(),
		"stacks":  r.stacks(),
		"ratios":  r.ratios(),
		"limits":  r.limits(),
		"idle":    r.idle(),
		"growth":  r.growth(),
	}
}

// machine is a line on what it was measured on, and one on how.
func (r *Results) machine() string {
	m := r.Machine
	virtual := ""
	if m.Virtual {
		virtual = " (virtual)"
	}
	versions := make([]string, len(m.Versions))
	for i, v := range m.Versions {
		versions[i] = v.Of + " " + v.Version
	}
	return fmt.Sprintf("%d cores%s of %s, %d GiB, %s. %s.\n\n"+
		"Measured with `%s`, on %s. PostgreSQL has its defaults, `fsync` and `synchronous_commit` among them, but for `%s`.",
		m.Cores, virtual, m.CPU, m.Memory>>30, m.Kernel, strings.Join(versions, ", "),
		r.Command, r.Began.UTC().Format("2 January 2006"), strings.Join(r.PostgreSQL, "`, `"))
}

// stacks is the table of everything that was measured end to end.
func (r *Results) stacks() string {
	t := table{head: []string{"stack", "pairs", "transitions/s", "lowest–highest", "p50 ms", "p99 ms", "p99.9 ms",
		"CPU µs: server", "database", "generator", "against socket.io"}}
	for _, pairs := range r.pairs() {
		beside, known := r.row(SocketIO, pairs)
		for _, s := range r.rows(pairs) {
			database, against := "–", "–"
			if s.database > 0 {
				database = digits(s.database)
			}
			if known {
				against = times(s.rate / beside.rate)
			}
			t.add(s.stack.Label, strconv.Itoa(pairs), thousands(s.rate), thousands(s.slowest)+"–"+thousands(s.best), digits(s.p50),
				digits(s.p99), digits(s.p999), digits(s.server), database, digits(s.generator), against)
		}
	}
	return t.String()
}

// ratios is what the comparison comes to.
func (r *Results) ratios() string {
	t := table{head: []string{"Callout", "against", "is"}}
	for _, pairs := range r.pairs() {
		ours, known := r.row(Callout, pairs)
		if !known {
			continue
		}
		if theirs, ok := r.row(SocketIO, pairs); ok {
			t.add(fmt.Sprintf("transitions/s, PostgreSQL, %d pairs", pairs), theirs.stack.Label, times(ours.rate/theirs.rate))
			t.add(fmt.Sprintf("p99, %d pairs", pairs), theirs.stack.Label, "1/"+digits(theirs.p99/ours.p99))
		}
		if theirs, ok := r.row(OneByOne, pairs); ok {
			t.add(fmt.Sprintf("transitions/s, PostgreSQL, %d pairs", pairs), theirs.stack.Label, times(ours.rate/theirs.rate))
		}
		if file, ok := r.row(CalloutSQLite, pairs); ok {
			t.add(fmt.Sprintf("transitions/s, SQLite, %d pairs", pairs), ours.stack.Label, times(file.rate/ours.rate))
		}
	}
	if ledger, pgbench := r.limit(Ledger), r.limit(PGBench); ledger > 0 && pgbench > 0 {
		t.add("the ledger alone, transitions/s", "pgbench", times(ledger/pgbench))
	}
	return t.String()
}

func (r *Results) limits() string {
	t := table{head: []string{"limit", "a second"}}
	for _, l := range []struct{ name, label string }{
		{PGBench, "pgbench, the same statements, prepared, 64 clients: transactions"},
		{Ledger, "Callout's ledger alone, no sockets: transitions"},
		{Sync, "8 KiB overwritten and `fdatasync`, one after the other"},
	} {
		if n := r.limit(l.name); n > 0 {
			t.add(l.label, thousands(n))
		}
	}
	return t.String()
}

func (r *Results) idle() string {
	t := table{head: []string{"server", "sessions", "KiB of RSS a session", "goroutines a session", "CPU at rest, of a core"}}
	for _, i := range r.Idle {
		rest := "–"
		if i.CPUAtRest != nil {
			rest = digits(100**i.CPUAtRest) + " %"
		}
		t.add(i.Label, thousands(float64(i.Sessions)), digits(i.RSSPerSession/1024), digits(i.Goroutines), rest)
	}
	text := t.String()
	if r.Storm != nil {
		text += fmt.Sprintf("\n\n%s sessions of Callout that all dropped at once had resumed within %s s.",
			thousands(float64(r.Storm.Sessions)), digits(r.Storm.Seconds))
	}
	return text
}

// table is one in Markdown. All columns but the first are of figures.
type table struct {
	head []string
	rows []string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, "| "+strings.Join(cells, " | ")+" |") }

func (t *table) String() string {
	if len(t.rows) == 0 {
		return "Not measured yet."
	}
	lines := []string{"| " + strings.Join(t.head, " | ") + " |", "|---" + strings.Repeat("|--:", len(t.head)-1) + "|"}
	return strings.Join(append(lines, t.rows...), "\n")
}

// digits writes a figure with two digits or so that count.
func digits(f float64) string {
	switch {
	case f >= 20:
		return thousands(f)
	case f >= 2:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

func times(f float64) string { return digits(f) + " ×" }

// thousands writes a whole number with a comma before every three digits.
func thousands(f float64) string {
	text := strconv.FormatFloat(f, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
