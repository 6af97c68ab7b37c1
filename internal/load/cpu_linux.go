package load

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Process is what a process of this machine has used.
type Process struct {
	Parent int
	Name   string
	CPU    time.Duration // its own, to within 10 ms
	Waited time.Duration // that of its children that have ended
}

const (
	ticks = 100 // a second, in /proc, on every Linux
	// Of the fields of /proc/PID/stat that follow the name.
	statParent, statUser, statSystem, statWaitedUser, statWaitedSystem = 1, 11, 12, 13, 14
)

// ReadProcess reads what a process of this machine has used.
func ReadProcess(pid int) (Process, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, fmt.Errorf("read what process %d has used: %w", pid, err)
	}
	return parseStat(data)
}

func parseStat(data []byte) (Process, error) {
	from, to := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')') // a name may hold any of these
	if from < 0 || to < from {
		return Process{}, fmt.Errorf("%q is not what Linux says of a process", data)
	}
	fields := strings.Fields(string(data[to+1:]))
	var numbers [statWaitedSystem + 1]int64
	for _, i := range []int{statParent, statUser, statSystem, statWaitedUser, statWaitedSystem} {
		if i >= len(fields) {
			return Process{}, fmt.Errorf("%q is not what Linux says of a process", data)
		}
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return Process{}, fmt.Errorf("read what a process has used: %w", err)
		}
		numbers[i] = n
	}
	return Process{
		Parent: int(numbers[statParent]), Name: string(data[from+1 : to]),
		CPU:    ofTicks(numbers[statUser] + numbers[statSystem]),
		Waited: ofTicks(numbers[statWaitedUser] + numbers[statWaitedSystem]),
	}, nil
}

func ofTicks(n int64) time.Duration { return time.Duration(n) * time.Second / ticks }

// PostgresCPU reads what a PostgreSQL server has used: its first process, all of that one's children, and those that there
// have been. backend is the process of one of its connections; an error may mean that it is on another machine.
func PostgresCPU(backend int) (time.Duration, error) {
	first, err := postmaster(backend)
	if err != nil {
		return 0, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, fmt.Errorf("list the processes: %w", err)
	}
	var used time.Duration
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		p, err := ReadProcess(pid)
		if err == nil && (pid == first || p.Parent == first) { // one that has just ended is its parent's, or soon will be
			used += p.CPU + p.Waited
		}
	}
	return used, nil
}

// postmaster finds the first process of the server that a backend belongs to.
func postmaster(backend int) (int, error) {
	b, err := ReadProcess(backend)
	if err != nil {
		return 0, err
	}
	p, err := ReadProcess(b.Parent)
	if err != nil {
		return 0, err
	}
	if !strings.HasPrefix(b.Name, "postgres") || !strings.HasPrefix(p.Name, "post") {
		return 0, fmt.Errorf("process %d is no PostgreSQL", backend)
	}
	return b.Parent, nil
}
