package fault

import (
	"context"
	"math/rand/v2"
	"os"
	"time"
)

// The names that faults are counted under.
const (
	Killed        = "server killed (kill -9)"
	KilledEarly   = "server killed as it started"
	Drained       = "server drained (SIGTERM)"
	TakenOver     = "server taken over from, killed"
	TakenOverCalm = "server taken over from, drained"
	Held          = "server held up (SIGSTOP)"
	DiskFull      = "disk full"
	ClockSet      = "clock set"
)

// Kills are the names of what is a kill -9 of a server.
func Kills() []string { return []string{Killed, KilledEarly, TakenOver} }

// Faults are those of a server process.
func (s *Server) Faults() []Fault {
	faults := []Fault{
		{Killed, 45, func(ctx context.Context, _ *rand.Rand) error {
			s.Kill()
			return s.Start(ctx)
		}},
		{KilledEarly, 10, s.killEarly},
		{Drained, 12, func(ctx context.Context, _ *rand.Rand) error {
			if err := s.Drain(); err != nil {
				return err
			}
			return s.Start(ctx)
		}},
		{TakenOver, 8, func(ctx context.Context, _ *rand.Rand) error {
			return s.TakeOver(ctx, func() error { s.Kill(); return nil })
		}},
		{TakenOverCalm, 6, func(ctx context.Context, _ *rand.Rand) error { return s.TakeOver(ctx, s.Drain) }},
	}
	if CanHarm {
		faults = append(faults, Fault{Held, 8, func(ctx context.Context, random *rand.Rand) error {
			s.present.hold(ctx, between(random, 200*time.Millisecond, 4*time.Second))
			return nil
		}})
	}
	return faults
}

// Clock is the fault that the servers' clock is set, by up to most in either direction of the wall clock.
func Clock(most time.Duration, set func(time.Duration) error) Fault {
	return Fault{ClockSet, 8, func(_ context.Context, random *rand.Rand) error {
		return set(between(random, -most, most))
	}}
}

// FullDisk is the fault that the file at path, and every other of the server's, grows no more for a while.
func (s *Server) FullDisk(path string) Fault {
	return Fault{DiskFull, 12, func(ctx context.Context, random *rand.Rand) error {
		file, err := os.Stat(path)
		if err != nil {
			return nil // it has just been removed, or is still to be made
		}
		size := uint64(file.Size())
		if random.IntN(2) == 0 {
			size = random.Uint64N(size + 64<<10)
		}
		return s.limited(ctx, s.present, size, between(random, 300*time.Millisecond, 3*time.Second))
	}}
}

// limited holds a process to a file size for a while. A process that has ended needs no limit any more.
func (s *Server) limited(ctx context.Context, p *process, size uint64, d time.Duration) error {
	err := limit(p.cmd.Process.Pid, size)
	if err == nil {
		pause(ctx, d)
		err = lift(p.cmd.Process.Pid)
	}
	if p.isOver() {
		return nil
	}
	return err
}

func (s *Server) killEarly(ctx context.Context, random *rand.Rand) error {
	s.Kill()
	p, err := start(ctx, s.Args, s.Log)
	if err != nil {
		return err
	}
	s.Tally.Add("server processes", 1)
	pause(ctx, between(random, 0, 200*time.Millisecond))
	p.kill()
	return s.Start(ctx)
}

func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)))
}
