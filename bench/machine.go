package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/bench/internal/report"
)

// machine describes what is measured on. Elsewhere than on Linux it knows less.
func (b *bench) machine(ctx context.Context) (report.Machine, error) {
	m := report.Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), Kernel: runtime.GOOS}
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		m.CPU = model
	}
	m.Virtual = strings.Contains(field("/proc/cpuinfo", "flags")+" ", " hypervisor ")
	if kib, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.Memory = kib << 10
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(release))
	}
	var err error
	m.Versions, err = b.versions(ctx)
	return m, err
}

// field is what a file of lines such as "name : value" says of a name first.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

var required = regexp.MustCompile(`(?m)^\s*(\S+) v(\S+)`)

func (b *bench) versions(ctx context.Context) ([]report.Version, error) {
	list := []report.Version{{Of: "Go", Version: strings.TrimPrefix(runtime.Version(), "go")}}
	conn, err := pgx.Connect(ctx, b.cluster.URL("postgres"))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	var server string
	if err := conn.QueryRow(ctx, "SHOW server_version").Scan(&server); err != nil {
		return nil, err
	}
	server, _, _ = strings.Cut(server, " ")
	list = append(list, report.Version{Of: "PostgreSQL", Version: server})
	out, err := exec.CommandContext(ctx, b.programs.node, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("ask Node.js for its version: %w", err)
	}
	list = append(list, report.Version{Of: "Node.js", Version: strings.TrimSpace(strings.TrimPrefix(string(out), "v"))})
	for _, p := range []struct{ dir, name string }{{"socketio", "socket.io"}, {"ws", "ws"}, {"ws", "pg"}} {
		data, err := os.ReadFile(filepath.Join(peersDir, p.dir, "node_modules", p.name, "package.json"))
		if err != nil {
			return nil, err
		}
		var about struct{ Version string }
		if err := json.Unmarshal(data, &about); err != nil {
			return nil, fmt.Errorf("read the version of %s: %w", p.name, err)
		}
		list = append(list, report.Version{Of: p.name, Version: about.Version})
	}
	module, err := os.ReadFile(filepath.Join(peersDir, "centrifuge", "go.mod"))
	if err != nil {
		return nil, err
	}
	for _, found := range required.FindAllSubmatch(module, -1) {
		switch name := string(found[1]); name {
		case "github.com/centrifugal/centrifuge", "github.com/jackc/pgx/v5":
			list = append(list, report.Version{Of: strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "github.com/centrifugal/"), "github.com/jackc/"), "/v5"), Version: string(found[2])})
		}
	}
	return list, nil
}
