package bench

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout/internal/load"
)

// stormReport is what came of sessions that all dropped at once and came back.
type stormReport struct {
	Sessions   int       `json:"sessions"`
	Seconds    float64   `json:"seconds"` // until the last was welcome again
	BackMs     latencies `json:"backMs"`  // until each was, since all dropped
	DialMs     latencies `json:"dialMs"`  // and since it was its turn to connect
	Retries    int64     `json:"retries"` // connections that had to be made anew
	CPUSeconds shares    `json:"cpuSeconds"`
}

func (b *bench) storm(ctx context.Context) (report, error) {
	var from, to usage
	s, err := load.Storm(ctx, b.native(0), load.StormConfig{
		Sessions: b.Storm, Prefix: load.NewPrefix(), Sources: b.sources(),
		Begin: func() error {
			from = b.usage()
			return b.profileOn()
		},
		End: func() error {
			to = b.usage()
			return b.profileOff()
		},
	})
	if err != nil {
		return nil, err
	}
	return &stormReport{
		Sessions: s.Sessions, Seconds: seconds(s.Time), BackMs: latenciesOf(s.Back), DialMs: latenciesOf(s.Dial), Retries: s.Retries,
		CPUSeconds: to.spent(from, time.Second),
	}, nil
}

func (r *stormReport) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "sessions\t%d dropped at once, all resumed within %.2f s\n", r.Sessions, r.Seconds)
	fmt.Fprintf(t, "back, ms\t%s\n", r.BackMs)
	fmt.Fprintf(t, "dialling, ms\t%s\n", r.DialMs)
	fmt.Fprintf(t, "retries\t%d\n", r.Retries)
	fmt.Fprintf(t, "CPU, s\t%s\n", r.CPUSeconds)
	return t.Flush()
}
