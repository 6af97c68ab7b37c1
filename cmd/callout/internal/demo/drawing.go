package demo

import (
	"fmt"
	"io"
	"strings"
)

// drawing draws a sequence diagram on a terminal of 80 columns, an arrow a line, each as soon as it is known. A party's
// lifeline is solid while its session lasts.
type drawing struct {
	w   io.Writer
	ink ink
	in  map[lane]bool // whose lifeline is solid
}

func newDrawing(w io.Writer, i ink) *drawing {
	return &drawing{w: w, ink: i, in: map[lane]bool{serverLane: true, databaseLane: true}}
}

// The columns of what an arrow says, and of the end of the line.
const (
	labelColumn = 43
	endColumn   = 78
)

// lifeline is a lane and its column. Lanes stand in the order of their columns.
type lifeline struct {
	lane   lane
	column int
}

func lifelines() []lifeline {
	return []lifeline{{clientLane, 6}, {serverLane, 16}, {databaseLane, 26}, {servicemanLane, 38}}
}

// head names the lanes.
func (d *drawing) head() error {
	var line strings.Builder
	width := 0
	for _, l := range lifelines() {
		name := string(l.lane)
		gap := l.column - len(name)/2 - width
		line.WriteString(strings.Repeat(" ", gap) + d.ink.paint(styleOf(l.lane), name))
		width += gap + len(name)
	}
	_, err := fmt.Fprintf(d.w, "%s\n\n", line.String())
	return err
}

// arrow draws one arrow.
func (d *drawing) arrow(a arrow) error {
	if a.What == connects {
		d.in[a.From] = true
	}
	label := string(a.What)
	if a.What == tells {
		label = fmt.Sprintf("%d %s", int(a.Code), a.Code)
	}
	at := short(a.At)
	gap := strings.Repeat(" ", max(1, endColumn-labelColumn-len(label)-len(at)))
	_, err := fmt.Fprintf(d.w, "%s%s%s%s%s\n", d.ink.paint(faint, fmt.Sprintf("%3d", a.N)), d.lanes(a),
		d.ink.paint(styleOf(a.voice()), label), gap, d.ink.paint(faint, at))
	if a.What == disconnects {
		d.in[a.To] = false
	}
	return err
}

// lanes draws the lifelines and the arrow across them. It passes behind one that it is not for.
func (d *drawing) lanes(a arrow) string {
	cells := []rune(strings.Repeat(" ", labelColumn))
	styles := make([]style, labelColumn)
	var from, to int
	for _, l := range lifelines() {
		switch l.lane {
		case a.From:
			from = l.column
		case a.To:
			to = l.column
		}
	}
	for column := min(from, to) + 1; column < max(from, to); column++ {
		cells[column], styles[column] = '─', styleOf(a.voice())
	}
	for _, l := range lifelines() {
		cells[l.column], styles[l.column] = '┊', faint
		if d.in[l.lane] {
			cells[l.column] = '│'
		}
	}
	if from < to {
		cells[from], cells[to-1] = '├', '▶'
	} else {
		cells[from], cells[to+1] = '┤', '◀'
	}
	const numberColumns = 3
	return d.ink.paintEach(cells[numberColumns:], styles[numberColumns:])
}
