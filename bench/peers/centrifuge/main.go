// Command centrifuge is an order server as one writes it with the library centrifuge and pgx.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		obey(os.Stdin, os.Stdout)
		stop()
	}()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context) error {
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer pool.Close()
	node, err := newNode(&orders{pool})
	if err != nil {
		return err
	}
	if err := node.Run(); err != nil {
		return err
	}
	// Buffers as the library's examples have them for many connections; the rest is as it comes.
	sockets := centrifuge.WebsocketConfig{ReadBufferSize: 1024, UseWriteBufferPool: true}
	if lean() {
		sockets.ReadBufferSize, sockets.ProcessCommandsOffReadLoop = 512, true
	}
	mux := http.NewServeMux()
	mux.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, sockets))
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", os.Getenv("PORT")))
	if err != nil {
		return err
	}
	fmt.Printf("{\"addr\":%q}\n", listener.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return node.Shutdown(ending)
}

// lean reports whether idle connections are to cost as little as the library can have it, at some cost of speed.
func lean() bool { return os.Getenv("LEAN") == "1" }

// obey gives back to the system what memory is not needed whenever it is told to, as the server of callout bench does, so
// that idle memory is measured alike.
func obey(in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if lines.Text() != "collect" {
			continue
		}
		debug.FreeOSMemory()
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintf(out, "{\"heapAlloc\":%d,\"goroutines\":%d}\n", m.HeapAlloc, runtime.NumGoroutine())
	}
}

// newNode is a node whose clients command by RPC and hear of events in a channel of their own.
func newNode(o *orders) (*centrifuge.Node, error) {
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelError, LogHandler: logEntry})
	if err != nil {
		return nil, err
	}
	node.OnConnecting(func(_ context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		if e.Token == "" {
			return centrifuge.ConnectReply{}, centrifuge.DisconnectInvalidToken
		}
		reply := centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{UserID: e.Token},
			Subscriptions: map[string]centrifuge.SubscribeOptions{channelOf(e.Token): {}},
		}
		if lean() {
			reply.WriteDelay, reply.WriteWithTimer = time.Millisecond, true // no goroutine that waits for something to write
		}
		return reply, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		atOnce := make(chan struct{}, 16) // commands of this client
		client.OnRPC(func(e centrifuge.RPCEvent, reply centrifuge.RPCCallback) {
			atOnce <- struct{}{}
			go func() {
				defer func() { <-atOnce }()
				handle(client, o, node, e, reply)
			}()
		})
	})
	return node, nil
}

func handle(client *centrifuge.Client, o *orders, node *centrifuge.Node, e centrifuge.RPCEvent, reply centrifuge.RPCCallback) {
	var c command
	if err := json.Unmarshal(e.Data, &c); err != nil {
		reply(centrifuge.RPCReply{}, centrifuge.ErrorBadRequest)
		return
	}
	done, body, err := o.commit(client.Context(), &c, client.UserID())
	switch {
	case errors.Is(err, errConflict):
		reply(centrifuge.RPCReply{}, &centrifuge.Error{Code: 409, Message: "conflict"})
		return
	case err != nil:
		log.Print(err)
		reply(centrifuge.RPCReply{}, centrifuge.ErrorInternal)
		return
	}
	reply(centrifuge.RPCReply{Data: fmt.Appendf(nil, `{"orderId":%q,"version":%d}`, done.OrderID, done.Version)}, nil)
	if _, err := node.Publish(channelOf(c.To), body); err != nil {
		log.Print(err)
	}
}

func channelOf(userID string) string { return "#" + userID }

func logEntry(e centrifuge.LogEntry) { log.Print(e.Message, e.Fields) }
