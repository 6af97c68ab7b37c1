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
	in  map[lane]bool // whose session has begun and not ended
}

func newDrawing(w io.Writer, i ink) *drawing {
	return &drawing{w: w, ink: i, in: map[lane]bool{serverLane: true, databaseLane: true}}
}

// The columns of the lifelines, of what stands beside them, and of the end of the line.
const (
	labelColumn = 43
	endColumn   = 78
)

type place struct {
	lane   lane
	column int
}

func places() []place {
	return []place{{clientLane, 6}, {serverLane, 16}, {databaseLane, 26}, {servicemanLane, 38}}
}

func columnOf(l lane) int {
	for _, p := range places() {
		if p.lane == l {
			return p.column
		}
	}
	return 0
}

// head names the lanes.
func (d *drawing) head() error {
	line, width := "", 0
	for _, p := range places() {
		name := string(p.lane)
		gap := p.column - len(name)/2 - width
		line += strings.Repeat(" ", gap) + d.ink.paint(styleOf(p.lane), name)
		width += gap + len(name)
	}
	_, err := fmt.Fprintf(d.w, "%s\n\n", line)
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
	_, err := fmt.Fprintf(d.w, "%s%s%s%s%s\n", d.ink.paint(faint, fmt.Sprintf("%3d", a.N)), d.lifelines(a),
		d.ink.paint(styleOf(a.voice()), label), gap, d.ink.paint(faint, at))
	if a.What == disconnects {
		d.in[a.To] = false
	}
	return err
}

// lifelines draws the lifelines and the arrow across them, from behind the number to the label.
func (d *drawing) lifelines(a arrow) string {
	from, to := columnOf(a.From), columnOf(a.To)
	left, right := min(from, to), max(from, to)
	var out strings.Builder
	for column := 3; column < labelColumn; column++ {
		on := d.lifeline(column)
		switch {
		case column == left || column == right:
			out.WriteString(on)
		case column > left && column < right:
			// An arrow passes behind a lifeline that is not meant.
			if on == "" {
				on = d.ink.paint(styleOf(a.voice()), stroke(column, from, to))
			}
			out.WriteString(on)
		case on == "":
			out.WriteByte(' ')
		default:
			out.WriteString(on)
		}
	}
	return out.String()
}

// lifeline is what stands in a column that is a lane's, and nothing in any other.
func (d *drawing) lifeline(column int) string {
	for _, p := range places() {
		if p.column != column {
			continue
		}
		if d.in[p.lane] {
			return d.ink.paint(faint, "│")
		}
		return d.ink.paint(faint, "┊")
	}
	return ""
}

func stroke(column, from, to int) string {
	switch {
	case column == to-1 && from < to:
		return "▶"
	case column == to+1 && from > to:
		return "◀"
	}
	return "─"
}
