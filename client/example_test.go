package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server/servertest"
)

// A client places an order, and the serviceman whom it is offered to accepts it.
func Example() {
	url, stop := exampleServer() // or "http://localhost:8080", where callout serve --dev runs
	defer stop()
	ctx := context.Background()

	serviceman, err := client.NewSocket(client.Config{URL: url, UserID: "s-9", Role: callout.Serviceman})
	if err != nil {
		log.Fatal(err)
	}
	defer serviceman.Close()
	if err := serviceman.Open(ctx); err != nil {
		log.Fatal(err)
	}

	customer, err := client.NewSocket(client.Config{URL: url, UserID: "c-7", Role: callout.Client})
	if err != nil {
		log.Fatal(err)
	}
	defer customer.Close()
	if err := customer.Open(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := customer.Send(ctx, callout.Command{Status: callout.Placed, Receivers: []string{"s-9"}}); err != nil {
		log.Fatal(err)
	}

	for event := range serviceman.OrderStatuses(ctx) {
		fmt.Println(event.AsInt(), event.Message())
		if event.Status == callout.Accepted {
			break
		}
		if _, err := serviceman.Send(ctx, callout.Command{Status: callout.Accepted, OrderID: event.OrderID}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 1001 The order has been placed
	// 1004 A serviceman has accepted the order
}

// A refusal says why, and shows the order as it is now.
func ExampleSocket_Send() {
	url, stop := exampleServer()
	defer stop()
	ctx := context.Background()

	socket, err := client.NewSocket(client.Config{URL: url, UserID: "c-7", Role: callout.Client})
	if err != nil {
		log.Fatal(err)
	}
	defer socket.Close()
	if err := socket.Open(ctx); err != nil {
		log.Fatal(err)
	}
	placed, err := socket.Send(ctx, callout.Command{Status: callout.Placed, Receivers: []string{"s-9"}})
	if err != nil {
		log.Fatal(err)
	}

	answer, err := socket.Send(ctx, callout.Command{Status: callout.Started, OrderID: placed.OrderID})
	if errors.Is(err, callout.Conflict) {
		fmt.Println(err)
		fmt.Println("it is", answer.Order.Status)
	}
	// Output:
	// conflict: the order is PLACED; STARTED follows ACCEPTED
	// it is PLACED
}

// A program that keeps its cursor in a file is given, when it starts again, what it had not finished.
func ExampleFileCursor() {
	url, stop := exampleServer()
	defer stop()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "cursor")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	config := client.Config{
		URL: url, UserID: "c-7", Role: callout.Client,
		Cursor: client.FileCursor(filepath.Join(dir, "c-7.json")),
	}
	for run := 1; run <= 2; run++ {
		socket, err := client.NewSocket(config)
		if err != nil {
			log.Fatal(err)
		}
		if err := socket.Open(ctx); err != nil {
			log.Fatal(err)
		}
		if run == 1 {
			for range 3 {
				if _, err := socket.Send(ctx, callout.Command{Status: callout.Placed, Receivers: []string{"s-9"}}); err != nil {
					log.Fatal(err)
				}
			}
		}
		for event := range socket.OrderStatuses(ctx) {
			fmt.Println("run", run, "event", event.Seq)
			if event.Seq == 2 && run == 1 || event.Seq == 3 {
				break // without having finished it
			}
		}
		socket.Close()
	}
	// Output:
	// run 1 event 1
	// run 1 event 2
	// run 2 event 2
	// run 2 event 3
}

// Events go in, states come out.
func ExampleBloc() {
	url, stop := exampleServer()
	defer stop()

	bloc, err := client.NewBloc(client.Config{URL: url, UserID: "c-7", Role: callout.Client})
	if err != nil {
		log.Fatal(err)
	}
	defer bloc.Close()
	must := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	must(bloc.SendOrderStatus(callout.OrderStatus{Status: callout.Placed, ReceiverID: "s-9"})) // too early
	must(bloc.Add(client.ConnectEvent{}))

	for state := range bloc.States(context.Background()) {
		switch state := state.(type) {
		case client.NullState:
			fmt.Println("nothing to send it with")
		case client.ConnectState:
			fmt.Println("connected")
			must(bloc.SendOrderStatus(callout.OrderStatus{Status: callout.Placed, ReceiverID: "s-9"}))
		case client.ReceiveDataState:
			fmt.Println("received", state.AsString())
			must(bloc.Add(client.DisconnectEvent{}))
		case client.DisconnectState:
			fmt.Println("disconnected")
			return
		}
	}
	// Output:
	// nothing to send it with
	// connected
	// received PLACED
	// disconnected
}

// An app of the original system hears of an order and accepts it.
func ExampleClassic() {
	url, stop := exampleServer()
	defer stop()
	ctx := context.Background()

	customer, err := client.NewSocket(client.Config{URL: url, UserID: "c-7", Role: callout.Client})
	if err != nil {
		log.Fatal(err)
	}
	defer customer.Close()
	if err := customer.Open(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := customer.Send(ctx, callout.Command{Status: callout.Placed, Receivers: []string{"s-9"}}); err != nil {
		log.Fatal(err)
	}

	app, err := client.NewClassic(client.Config{URL: url, UserID: "s-9"})
	if err != nil {
		log.Fatal(err)
	}
	for event := range app.OrderStatuses(ctx) {
		fmt.Println(event.AsInt())
		if event.Status == callout.Accepted {
			break
		}
		if err := app.Send(ctx, callout.Command{Status: callout.Accepted, OrderID: event.OrderID}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 1001
	// 1004
}

// exampleServer runs a server in development mode.
func exampleServer() (url string, stop func()) {
	e := new(example)
	server := servertest.Start(e, nil)
	return server.URL, func() {
		for i := len(e.cleanups) - 1; i >= 0; i-- {
			e.cleanups[i]()
		}
	}
}

// example is to a server what a test is.
type example struct {
	testing.TB
	cleanups []func()
}

func (e *example) Helper()                   {}
func (e *example) Cleanup(f func())          { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatal(a ...any)            { log.Fatal(a...) }
func (e *example) Errorf(f string, a ...any) { log.Fatalf(f, a...) }

func (e *example) TempDir() string {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	e.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
