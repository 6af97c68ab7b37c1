package bench

import (
	"fmt"
	"os"
	"time"

	"github.com/calloutd/callout/internal/load"
)

// usage is the CPU time that those who take part have used. Of whom it is not known, it is negative.
type usage struct{ server, process, database, generator time.Duration }

func (b *bench) usage() usage {
	u := usage{server: -1, process: -1, database: -1, generator: -1}
	if b.server != nil {
		u.server = cpu(b.server.pid())
	}
	if own := cpu(os.Getpid()); b.ledger != nil {
		u.process = own
	} else {
		u.generator = own
	}
	if used, known := b.database.cpu(); known {
		u.database = used
	}
	return u
}

func cpu(pid int) time.Duration {
	p, err := load.ReadProcess(pid)
	if err != nil {
		return -1
	}
	return p.CPU
}

// shares are parts of the CPU time. What is not known is nil, as is the database's where it has no process of its own.
type shares struct {
	Server    *float64 `json:"server,omitempty"`
	Process   *float64 `json:"process,omitempty"` // the one there is where the ledger is alone: with its generator
	Database  *float64 `json:"database,omitempty"`
	Generator *float64 `json:"generator,omitempty"`
}

// spent divides what was used since before by a unit, such as a second, or a microsecond for each of many.
func (u usage) spent(before usage, unit time.Duration) shares {
	share := func(from, to time.Duration) *float64 {
		if from < 0 || to < 0 || unit <= 0 {
			return nil
		}
		n := rounded(float64(to-from) / float64(unit))
		return &n
	}
	return shares{share(before.server, u.server), share(before.process, u.process), share(before.database, u.database), share(before.generator, u.generator)}
}

func (s shares) String() string {
	text := ""
	for _, part := range []struct {
		name  string
		share *float64
	}{{"server", s.Server}, {"process", s.Process}, {"database", s.Database}, {"generator", s.Generator}} {
		if part.share == nil {
			continue
		}
		if text != "" {
			text += "   "
		}
		text += fmt.Sprintf("%s %.2f", part.name, *part.share)
	}
	if text == "" {
		return "not known here"
	}
	return text
}
