package demo

import (
	"fmt"
	"strings"
	"time"
)

// style is how something looks on a terminal that shows colours: the parameters of SGR (ECMA-48, section 8.3.117). The
// colours are of the 256 that terminals know, each readable on dark and on light.
type style string

const (
	plain  style = ""
	strong style = "1"
	faint  style = "2"
	blue   style = "38;5;33"
	orange style = "38;5;172"
	green  style = "38;5;35"
)

// styleOf is the colour that a lane and its voice have.
func styleOf(l lane) style {
	switch l {
	case clientLane:
		return blue
	case servicemanLane:
		return orange
	case databaseLane:
		return green
	}
	return plain
}

// ink writes in colours, or without any.
type ink struct{ colours bool }

func (i ink) paint(s style, text string) string {
	if !i.colours || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// paintEach paints each cell in its own style.
func (i ink) paintEach(cells []rune, styles []style) string {
	var out strings.Builder
	for start, end := 0, 0; start < len(cells); start = end {
		for end = start; end < len(cells) && styles[end] == styles[start]; end++ {
		}
		out.WriteString(i.paint(styles[start], string(cells[start:end])))
	}
	return out.String()
}

// short is a duration for people.
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// grouped is a number with its thousands apart.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
