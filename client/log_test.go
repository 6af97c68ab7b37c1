package client_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/server/servertest"
)

// lines are those of a log, as they come.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func TestTheLogSaysThatTheConnectionIsBack(t *testing.T) {
	server := servertest.Start(t, nil)
	config, log := clientConfig(server.URL, "c-1"), make(lines, 1000)
	config.Logger = slog.New(slog.NewTextHandler(log, nil))
	native := newSocket(t, config)
	if err := native.Open(soon(t)); err != nil {
		t.Fatal(err)
	}
	config.UserID = "c-2"
	config, connected := connecting(config)
	app := newClassic(t, config)
	listening, stop := context.WithCancel(soon(t))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range app.OrderStatuses(listening) {
			t.Error("an event comes from nowhere")
		}
	}()
	within(t, connected, "the first connection")
	if len(log) > 0 {
		t.Errorf("the log begins with %s", <-log)
	}
	server.Stop()
	server.Again()
	for waiting := []string{native.URL, app.URL}; len(waiting) > 0; {
		line := within(t, log, "a line of the log")
		i := slices.IndexFunc(waiting, func(url string) bool { return strings.Contains(line, url) })
		switch {
		case i >= 0 && strings.Contains(line, "level=INFO msg=\"connected again\""):
			waiting = slices.Delete(waiting, i, i+1)
		case i < 0 || !strings.Contains(line, "level=WARN msg=\"not connected\""):
			t.Errorf("the log says %s", line)
		}
	}
	stop()
	<-ended
}
