package demo

import (
	"fmt"
	"strings"
	"time"
)

const (
	redraw = 100 * time.Millisecond // how often the bar moves on a terminal
	report = 5 * time.Second        // how often a line is written where there is none
)

// withProgress shows how far the orders are while f runs.
func (o *Options) withProgress(c *counts, f func() error) error {
	every := report
	if o.Terminal {
		every = redraw
	}
	over, shown := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(shown)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				o.progress(c)
			case <-over:
				return
			}
		}
	}()
	err := f()
	close(over)
	<-shown
	if o.Terminal {
		o.progress(c)
		fmt.Fprint(o.Out, "\n\n")
	}
	return err
}

func (o *Options) progress(c *counts) {
	ended, events := int(c.ended.Load()), int(c.events.Load())
	text := fmt.Sprintf("%s of %s orders  %s events  %.1f s", grouped(ended), grouped(c.orders), grouped(events), time.Since(c.start).Seconds())
	if o.Terminal {
		fmt.Fprintf(o.Out, "\r\x1b[K  %s  %s", o.bar(events, c.due), text)
	} else {
		fmt.Fprintf(o.Out, "  %s\n", text)
	}
}

// bar is how much of the whole is done.
func (o *Options) bar(done, whole int) string {
	const columns = 28
	full := columns * min(done, whole) / whole
	paper := ink{o.Colours}
	return paper.paint(green, strings.Repeat("━", full)) + paper.paint(faint, strings.Repeat("─", columns-full))
}
