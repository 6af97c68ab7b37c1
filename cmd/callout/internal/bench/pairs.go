package bench

import (
	"context"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/calloutd/callout/internal/load"
)

// pairsReport is what came of orders that pairs have played.
type pairsReport struct {
	Pairs                int       `json:"pairs"`
	Rate                 float64   `json:"rate,omitempty"` // that was asked for
	TransitionsPerSecond float64   `json:"transitionsPerSecond"`
	Transitions          int64     `json:"transitions"`
	Seconds              float64   `json:"seconds"`
	LatencyMs            latencies `json:"latencyMs"`       // from sent, or due, to the counterpart's event
	CPUMicros            shares    `json:"cpuMicros"`       // for each transition
	SentAgain            int64     `json:"sentAgain"`       // commands of which the server could not say what became of them
	Unsent               int64     `json:"unsent"`          // commands that were due and that there was no time for
	Group                float64   `json:"group,omitempty"` // commands in a transaction, on average, where the ledger is alone
	Orders               int       `json:"orders"`          // placed, also before and after the measured time
	Checked              bool      `json:"checked"`         // the database holds what was acknowledged

	orders []load.Order
}

// latencies are percentiles in milliseconds.
type latencies struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

func latenciesOf(h *hdrhistogram.Histogram) latencies {
	ms := func(micros int64) float64 { return float64(micros) / 1000 }
	at := func(percent float64) float64 { return ms(h.ValueAtQuantile(percent)) }
	return latencies{at(50), at(90), at(99), at(99.9), ms(h.Max())}
}

// pairs has them play with whatever speaks the dialect.
func (b *bench) pairs(ctx context.Context, d load.Dialect) (*pairsReport, error) {
	var from, to usage
	result, err := load.Pairs(ctx, d, load.Config{
		Pairs: b.Pairs, Rate: b.Rate, WarmUp: b.WarmUp, For: b.For, Prefix: load.NewPrefix(),
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
	return &pairsReport{
		Pairs: b.Pairs, Rate: b.Rate,
		TransitionsPerSecond: rounded(float64(result.Transitions) / result.Time.Seconds()),
		Transitions:          result.Transitions, Seconds: seconds(result.Time),
		LatencyMs: latenciesOf(result.Latency), CPUMicros: to.spent(from, time.Duration(result.Transitions)*time.Microsecond),
		SentAgain: result.Again, Unsent: result.Unsent, Orders: len(result.Orders), orders: result.Orders,
	}, nil
}

func (r *pairsReport) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "pairs\t%d, %s\n", r.Pairs, r.manner())
	fmt.Fprintf(t, "transitions\t%.0f a second, %d in %.1f s\n", r.TransitionsPerSecond, r.Transitions, r.Seconds)
	fmt.Fprintf(t, "latency, ms\t%s\n", r.LatencyMs)
	fmt.Fprintf(t, "CPU, µs each\t%s\n", r.CPUMicros)
	if r.Group > 0 {
		fmt.Fprintf(t, "ledger\talone, %.1f commands in a transaction\n", r.Group)
	}
	if r.SentAgain > 0 {
		fmt.Fprintf(t, "sent again\t%d commands, because the server had too much to do\n", r.SentAgain)
	}
	if r.Unsent > 0 {
		fmt.Fprintf(t, "not sent\t%d commands that were due: the server did not keep up\n", r.Unsent)
	}
	word := "not compared with what was acknowledged"
	if r.Checked {
		word = fmt.Sprintf("holds exactly what was acknowledged, in %d orders", r.Orders)
	}
	fmt.Fprintf(t, "database\t%s\n", word)
	return t.Flush()
}

func (r *pairsReport) manner() string {
	if r.Rate > 0 {
		return fmt.Sprintf("%g transitions a second due", r.Rate)
	}
	return "the next command as soon as both sides have the last event"
}

func (l latencies) String() string {
	return fmt.Sprintf("p50 %.2f   p90 %.2f   p99 %.2f   p99.9 %.2f   max %.2f", l.P50, l.P90, l.P99, l.P999, l.Max)
}

// rounded has two digits behind the point: more would not be true.
func rounded(f float64) float64 { return math.Round(f*100) / 100 }

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
