package demo

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/calloutd/callout"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is what a file of testdata holds. With -update it is made to hold got.
func golden(t *testing.T, name, got string) string {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(want)
}

// arrowsOf reads one of the original's lists, and gives each arrow its number and a time.
func arrowsOf(t *testing.T, list string) []arrow {
	t.Helper()
	lanes := map[string]lane{"C": clientLane, "S": servicemanLane, "K": serverLane, "D": databaseLane}
	var arrows []arrow
	for text := range strings.SplitSeq(list, " · ") {
		way, what, _ := strings.Cut(text, " ")
		from, to, _ := strings.Cut(way, "→")
		a := arrow{
			N: len(arrows) + 1, From: lanes[from], To: lanes[to], What: kind(what),
			At: time.Duration(len(arrows)*len(arrows)) * 2345 * time.Microsecond,
		}
		if code, err := strconv.Atoi(what); err == nil {
			a.What, a.Code = tells, callout.Status(code)
		}
		arrows = append(arrows, a)
	}
	return arrows
}

func draw(t *testing.T, arrows []arrow, colours bool) string {
	t.Helper()
	var out bytes.Buffer
	d := newDrawing(&out, ink{colours})
	if err := d.head(); err != nil {
		t.Fatal(err)
	}
	for _, a := range arrows {
		if err := d.arrow(a); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestDrawing(t *testing.T) {
	for name, list := range map[string]string{"goeson": goesOn, "cancelled": cancelled} {
		got := draw(t, arrowsOf(t, list), false)
		if want := golden(t, name+".txt", got); got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", name, got, want)
		}
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(line) - 1; n > 79 {
				t.Errorf("a line has %d columns: %s", n, line)
			}
		}
	}
}

func TestDrawingInColours(t *testing.T) {
	arrows := arrowsOf(t, goesOn)
	coloured := draw(t, arrows, true)
	for name, colour := range map[string]style{"client": blue, "serviceman": orange, "database": green} {
		if !strings.Contains(coloured, "\x1b["+string(colour)+"m"+name+"\x1b[0m") {
			t.Errorf("the lane of the %s is not in its colour", name)
		}
	}
	if plain := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(coloured, ""); plain != draw(t, arrows, false) {
		t.Errorf("without its colours it is another drawing:\n%s", plain)
	}
}

func TestMermaid(t *testing.T) {
	var out bytes.Buffer
	if err := writeMermaid(&out, arrowsOf(t, goesOn)); err != nil {
		t.Fatal(err)
	}
	if want := golden(t, "goeson.mmd", out.String()); out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
