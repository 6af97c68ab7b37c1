// Package report keeps what was measured side by side, and makes tables and plots of it.
package report

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Results are all raw figures of one run.
type Results struct {
	Began      time.Time `json:"began"`
	Command    string    `json:"command"` // with which it was measured
	Machine    Machine   `json:"machine"`
	PostgreSQL []string  `json:"postgresqlSettings"` // that are not the server's defaults
	Stacks     []Stack   `json:"stacks"`             // in the order of tables and plots
	Samples    []Sample  `json:"samples"`            // in the order in which they were taken
	Limits     []Limit   `json:"limits"`
	Idle       []Idle    `json:"idle,omitempty"`
	Storm      *Storm    `json:"storm,omitempty"`
	Grown      []Grown   `json:"grown,omitempty"`
	Resumes    []Resume  `json:"resumes,omitempty"`
}

// Machine is what it was measured on.
type Machine struct {
	CPU      string    `json:"cpu"`
	Cores    int       `json:"cores"`
	Virtual  bool      `json:"virtual"`
	Memory   int64     `json:"memoryBytes"`
	Kernel   string    `json:"kernel"`
	Versions []Version `json:"versions"`
}

// Version is that of a program or library that took part.
type Version struct {
	Of      string `json:"of"`
	Version string `json:"version"`
}

// Names of stacks, and of limits, that others are compared with.
const (
	Callout       = "callout-postgres"
	CalloutSQLite = "callout-sqlite"
	OneByOne      = "callout-one-by-one"
	SocketIO      = "socketio"

	PGBench = "pgbench"
	Sync    = "fdatasync"
	Ledger  = "ledger"
)

// Stack is a server with its database.
type Stack struct {
	Name  string `json:"name"`
	Label string `json:"label"` // for people
}

// Sample is one measurement of a stack: whole orders, played by pairs of a client and a serviceman.
type Sample struct {
	Stack                string  `json:"stack"`
	Pairs                int     `json:"pairs"`
	Round                int     `json:"round"`
	Seconds              float64 `json:"seconds"`
	Transitions          int64   `json:"transitions"`
	TransitionsPerSecond float64 `json:"transitionsPerSecond"`
	LatencyMs            Latency `json:"latencyMs"` // from the command's sending to the counterpart's event
	CPUMicros            CPU     `json:"cpuMicros"` // for each transition
	SentAgain            int64   `json:"sentAgain"` // commands of which the server could not say what became of them
}

// Latency is percentiles.
type Latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// CPU is the processor time of those who took part. A database in the server's own process has none of its own.
type CPU struct {
	Server    float64  `json:"server"`
	Database  *float64 `json:"database,omitempty"`
	Generator float64  `json:"generator"`
}

// Limit is how much the machine could do of a part of the work: one measurement.
type Limit struct {
	Name      string  `json:"name"`
	Round     int     `json:"round"`
	PerSecond float64 `json:"perSecond"`
}

// Idle is what connections cost that do nothing: what all of them hold more than a fifth of them, for each.
type Idle struct {
	Label         string   `json:"label"`
	Sessions      int      `json:"sessions"`
	RSSPerSession float64  `json:"rssPerSession"`       // bytes
	Goroutines    float64  `json:"goroutines"`          // for each
	CPUAtRest     *float64 `json:"cpuAtRest,omitempty"` // of one core, pings included
}

// Storm is sessions that all drop at once and come back.
type Storm struct {
	Sessions int     `json:"sessions"`
	Seconds  float64 `json:"seconds"` // until the last had resumed
}

// Read reads what [Results.Write] has written.
func Read(file string) (*Results, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r Results
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return &r, nil
}

// Write writes the results to a file.
func (r *Results) Write(file string) error {
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}
