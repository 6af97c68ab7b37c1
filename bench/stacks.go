package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/calloutd/callout/bench/internal/peers"
	"github.com/calloutd/callout/bench/internal/report"
	"github.com/calloutd/callout/internal/load"
)

// stack is a server with its database, as it is measured.
type stack struct {
	report.Stack
	file    bool // its database is a file of its own, and not one of the PostgreSQL server
	ours    bool // it is Callout, which makes its tables itself
	command func(ctx context.Context, p programs, database string) *exec.Cmd
	dialect func(addr string) load.Dialect
}

const peersDir = "bench/peers"

// stacks are all of them. What each is like, and why, is in bench/peers/README.md.
var stacks = []stack{
	{
		Stack: report.Stack{Name: report.Callout, Label: "Callout, PostgreSQL"}, ours: true,
		command: serve(), dialect: native,
	},
	{
		Stack: report.Stack{Name: report.CalloutSQLite, Label: "Callout, SQLite"}, ours: true, file: true,
		command: serve(), dialect: native,
	},
	{
		Stack: report.Stack{Name: report.OneByOne, Label: "Callout, one by one"}, ours: true,
		command: serve("--group=1", "--committers=64"), dialect: native,
	},
	{
		Stack:   report.Stack{Name: "centrifuge", Label: "centrifuge + pgx"},
		command: centrifuge(), dialect: overCentrifuge,
	},
	{
		Stack:   report.Stack{Name: "ws-pipelined", Label: "ws + pg, pipelined"},
		command: node("ws", "PIPELINE=1"), dialect: func(addr string) load.Dialect { return &peers.WS{Addr: addr} },
	},
	{
		Stack:   report.Stack{Name: "ws", Label: "ws + pg"},
		command: node("ws"), dialect: func(addr string) load.Dialect { return &peers.WS{Addr: addr} },
	},
	{
		Stack:   report.Stack{Name: report.SocketIO, Label: "socket.io + pg"},
		command: node("socketio"), dialect: func(addr string) load.Dialect { return &peers.SocketIO{Addr: addr} },
	},
}

func serve(args ...string) func(context.Context, programs, string) *exec.Cmd {
	return func(ctx context.Context, p programs, database string) *exec.Cmd {
		return exec.CommandContext(ctx, p.callout, append([]string{"bench-server", "--db=" + database}, args...)...)
	}
}

func overCentrifuge(addr string) load.Dialect { return &peers.Centrifuge{Addr: addr} }

func native(addr string) load.Dialect { return &load.Native{URL: "ws://" + addr + "/v1/socket"} }

func centrifuge(environment ...string) func(context.Context, programs, string) *exec.Cmd {
	return func(ctx context.Context, p programs, database string) *exec.Cmd {
		cmd := peer(exec.CommandContext(ctx, p.centrifuge), database+"&pool_max_conns=32")
		cmd.Env = append(cmd.Env, environment...)
		return cmd
	}
}

func node(dir string, environment ...string) func(context.Context, programs, string) *exec.Cmd {
	return func(ctx context.Context, p programs, database string) *exec.Cmd {
		cmd := peer(exec.CommandContext(ctx, p.node, "server.js"), database)
		cmd.Dir = filepath.Join(peersDir, dir)
		cmd.Env = append(cmd.Env, "NODE_ENV=production")
		cmd.Env = append(cmd.Env, environment...)
		return cmd
	}
}

func stackNames() []string {
	var names []string
	for _, s := range stacks {
		names = append(names, s.Name)
	}
	return names
}

// peer says to a peer where its database is. Nothing else of the environment that could configure it is handed on.
func peer(cmd *exec.Cmd, database string) *exec.Cmd {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name == "PATH" || name == "HOME" || name == "LANG" || name == "TMPDIR" {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "DATABASE_URL="+database, "PORT=0")
	return cmd
}
