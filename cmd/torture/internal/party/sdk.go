package party

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// sdk is a program that uses package client and keeps its cursor in a file. It is killed at times, and starts again from
// that file.
type sdk struct {
	*Party
	file client.FileCursor

	mu     sync.Mutex
	socket *client.Socket // of the present life
}

func newSDK(p *Party) *sdk {
	return &sdk{Party: p, file: client.FileCursor(filepath.Join(p.world.Dir, p.Device.UserID+"."+p.Device.Name+".cursor"))}
}

const (
	deaths   = 400 // a program is killed at one event of that many
	graceful = 3   // and one of that many times it closes its socket first
	retryMin = 20 * time.Millisecond
	retryMax = 400 * time.Millisecond
)

func (s *sdk) receive(ctx context.Context, told func(callout.Status, callout.Order)) {
	for ctx.Err() == nil {
		s.live(ctx, told)
		pause(ctx, s.mind.between(time.Millisecond, 100*time.Millisecond))
	}
}

// live is the program from its start to its end.
func (s *sdk) live(ctx context.Context, told func(callout.Status, callout.Order)) {
	cursor, err := s.file.Load(ctx)
	if err != nil {
		s.Device.Fault("the cursor cannot be loaded: " + err.Error())
		return
	}
	var cable cable
	socket, err := client.NewSocket(client.Config{
		URL: s.world.URL, UserID: s.Device.UserID, Role: s.Device.Role, Device: s.Device.Name, Cursor: s.file,
		Window: 4 + int(s.mind.between(0, 40)), WhenDone: s.mind.one(4), RetryMin: retryMin, RetryMax: retryMax, HTTPClient: cable.client(),
		OnConnection: func(connected bool, _ error) {
			if connected {
				s.world.Tally.Add("sdk connections", 1)
			}
		},
	})
	if err != nil {
		s.Device.Fault(err.Error())
		return
	}
	s.Device.Begin(record.Session{Resume: cursor.Seq, From: cursor.Seq})
	if err := socket.Open(ctx); err != nil {
		s.ended(ctx, err)
		return
	}
	s.isInside()
	s.use(socket)
	for r := range socket.OrderStatuses(ctx) {
		if r.Reset {
			s.Device.Fault("it was told to start anew")
			continue
		}
		s.Device.Hand(record.FromSDK(r))
		told(r.Status, r.Order)
		if s.world.Acting.Load() && s.mind.one(deaths) {
			s.world.Tally.Add("sdk programs killed", 1)
			if !s.mind.one(graceful) {
				cable.cut()
			}
			break // with the event in hand, which is not finished
		}
	}
	err = socket.Err()
	s.work.Go(func() { _ = socket.Close() })
	s.ended(ctx, err)
}

// ended holds the end of a socket to what may end one.
func (s *sdk) ended(ctx context.Context, err error) {
	var closed *client.CloseError
	switch {
	case ctx.Err() != nil || err == nil:
	case errors.As(err, &closed) && closed.Code == client.CodeReplaced:
		// What the device said in an earlier life may come late, and take over from the present one.
		s.world.Tally.Add("sdk sockets replaced", 1)
	default:
		s.Device.Fault("its socket ended: " + err.Error())
	}
}

func (s *sdk) use(socket *client.Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket = socket
}

func (s *sdk) present() *client.Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.socket
}

// send sends a command until its outcome is known, through any number of lives.
func (s *sdk) send(ctx context.Context, cmd callout.Command) {
	c := s.Device.Call(cmd)
	s.work.Go(func() {
		for ctx.Err() == nil {
			if socket := s.present(); socket != nil && s.try(ctx, socket, c, &cmd) {
				return
			}
			pause(ctx, s.mind.between(time.Millisecond, 50*time.Millisecond))
		}
	})
}

// try sends the command once and reports whether that was the end of it. At times it is impatient.
func (s *sdk) try(ctx context.Context, socket *client.Socket, c *record.Command, cmd *callout.Command) bool {
	if s.mind.one(10) {
		impatient, cancel := context.WithTimeout(ctx, s.mind.between(time.Millisecond, time.Second))
		defer cancel()
		ctx = impatient
	}
	r, err := socket.Send(ctx, *cmd)
	var refusal *callout.Error
	var undecided *client.UndecidedError
	switch {
	case err == nil:
		s.Device.TookEffect(c, r.Version)
	case errors.As(err, &undecided):
		*cmd = undecided.Command
		return false
	case errors.As(err, &refusal) && refusal.Code.Final():
		s.Device.WasRefused(c, refusal.Code, r.Order)
	case errors.Is(err, client.ErrClosed), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return false
	default:
		s.Device.Fault("a command failed: " + err.Error())
	}
	return true
}
