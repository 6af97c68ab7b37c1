package terminal

import (
	"strings"
	"unicode/utf8"
)

// style is how something looks on a terminal that shows colours: the parameters of SGR (ECMA-48, section 8.3.117).
type style string

const (
	strong style = "1"
	faint  style = "2"
	red    style = "38;5;160"
)

// ink writes in colours, or without any.
type ink struct{ colours bool }

func (i ink) paint(s style, text string) string {
	if !i.colours || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// wrap breaks text between words so that no line is wider than width, if that is possible. Lines after the first are
// indented. Width 0 breaks nothing.
func wrap(text string, width, indent int) string {
	if width == 0 || visible(text) <= width {
		return text
	}
	var out strings.Builder
	column := 0
	for word := range strings.SplitAfterSeq(text, " ") {
		if n := visible(strings.TrimRight(word, " ")); column+n > width && column > indent {
			out.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		}
		out.WriteString(word)
		column += visible(word)
	}
	return out.String()
}

// visible is how many characters of text take room: all but those of an SGR sequence.
func visible(text string) int {
	n := 0
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		n += utf8.RuneCountInString(before)
		if !found {
			return n
		}
		_, text, _ = strings.Cut(after, "m")
	}
}
