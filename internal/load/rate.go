package load

import "time"

// dueAt is when a command is due, of those of all pairs: the first at the start, each after the last by the same time.
func (p *play) dueAt(command int64) time.Time {
	return p.start.Add(time.Duration(float64(command) / p.config.Rate * float64(time.Second)))
}

// measures reports whether a time belongs to those that are measured.
func (p *play) measures(at time.Time) bool { return !at.Before(p.begin) && at.Before(p.end) }

// keepTime tells the pairs in turn that a command of theirs is due, until the end.
func (p *play) keepTime(over <-chan struct{}) {
	for command := int64(0); ; command++ {
		at := p.dueAt(command)
		if !at.Before(p.end) {
			return
		}
		for wait := time.Until(at); wait > 0; wait = time.Until(at) {
			sleep(min(wait, tickEvery))
			select {
			case <-over:
				return
			default:
			}
		}
		p.pairs[command%int64(len(p.pairs))].due(at)
	}
}
