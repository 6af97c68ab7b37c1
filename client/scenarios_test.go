package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

// scenariosFile is the table of what every SDK has to do alike. That in JavaScript plays it, too.
const scenariosFile = "../web/sdk/scenarios.json"

var errOther = errors.New("not as it should be")

type scenario struct {
	Name     string
	People   map[string]callout.Role
	Same     map[string]string // who is whose second program on the same device
	WhenDone []string          // whose sockets end when all is done
	Steps    []step
}

// step is one of: somebody opens or closes their socket, is cut off or back, is told that it has ended, says something, gets the
// answer to what was said, hears events, or has open orders.
type step struct {
	Open, Close, Cut, Mend, Ended string

	Code      int    // of Ended; 0: all was done
	By        string // of the others
	Says      string
	On        string // what the order is called here
	New       bool   // as one that is still to be placed
	ID        string
	Version   int64
	Receivers []string
	Extra     json.RawMessage
	Refused   callout.Code
	At        int64 // the version of the order that the refusal shows
	Meanwhile bool  // the answer comes later
	Answered  bool
	Hears     []string
	Has       map[string]callout.Status
}

func TestScenariosThatAllSDKsShare(t *testing.T) {
	data, err := os.ReadFile(scenariosFile)
	if err != nil {
		t.Fatal(err)
	}
	var scenarios []scenario
	if err := json.Unmarshal(data, &scenarios); err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			p := &scenarioPlay{T: t, scenario: s, url: startServer(t), people: make(map[string]*person), orders: make(map[string]string)}
			for i, step := range s.Steps {
				if err := p.play(&step); err != nil {
					t.Fatalf("step %d: %v", i+1, err)
				}
			}
		})
	}
}

// scenarioPlay is a scenario while it is played.
type scenarioPlay struct {
	*testing.T
	scenario scenario
	url      string
	people   map[string]*person
	orders   map[string]string // ids, by what they are called
}

type person struct {
	socket  *client.Socket
	network *proxy
	answer  chan error // to what was said meanwhile
}

func (p *scenarioPlay) userID(name string) string {
	if same := p.scenario.Same[name]; same != "" {
		return same
	}
	return name
}

func (p *scenarioPlay) person(name string) *person {
	who := p.people[name]
	if who == nil {
		network := newProxy(p, p.url, 0)
		network.soothe()
		c := clientConfig(network.URL, p.userID(name))
		c.Role, c.Device = p.scenario.People[name], "phone"
		for _, done := range p.scenario.WhenDone {
			c.WhenDone = c.WhenDone || done == name
		}
		who = &person{socket: newSocket(p, c), network: network, answer: make(chan error, 1)}
		p.people[name] = who
	}
	return who
}

func (p *scenarioPlay) play(s *step) error {
	switch {
	case s.Open != "":
		return p.person(s.Open).socket.Open(soon(p))
	case s.Close != "":
		return p.person(s.Close).socket.Close()
	case s.Cut != "":
		p.person(s.Cut).network.cut()
	case s.Mend != "":
		p.person(s.Mend).network.mend()
	case s.Ended != "":
		return p.ended(p.person(s.Ended).socket, s.Code)
	case s.Says != "":
		return p.says(p.person(s.By), s)
	case s.Answered:
		return within(p, p.person(s.By).answer, "an answer")
	case s.Hears != nil:
		return hears(soon(p), p.person(s.By).socket, s.Hears)
	case s.Has != nil:
		return p.has(p.person(s.By).socket, s.Has)
	}
	return nil
}

func (p *scenarioPlay) says(who *person, s *step) error {
	cmd, err := p.command(s)
	if err != nil {
		return err
	}
	if s.Meanwhile {
		go func() {
			_, err := who.socket.Send(soon(p), cmd)
			who.answer <- err
		}()
		return nil
	}
	r, err := who.socket.Send(soon(p), cmd)
	if s.Refused != "" {
		if !errors.Is(err, s.Refused) || s.At != 0 && r.Order.Version != s.At {
			return fmt.Errorf("%s says %s and is refused with the order at version %d: %w", s.By, s.Says, r.Order.Version, errors.Join(errOther, err))
		}
		return nil
	}
	if err == nil && r.Status != cmd.Status {
		err = fmt.Errorf("%s says %s, and it was %s", s.By, s.Says, r.Status)
	}
	p.orders[s.On] = r.OrderID
	return err
}

func (p *scenarioPlay) command(s *step) (callout.Command, error) {
	cmd := callout.Command{ID: s.ID, Version: s.Version}
	for _, status := range callout.Statuses() {
		if status.String() == s.Says {
			cmd.Status = status
		}
	}
	if !s.New {
		cmd.OrderID = p.orders[s.On]
		if cmd.OrderID == "" && cmd.Status != callout.Placed {
			cmd.OrderID = s.On
		}
	}
	for _, name := range s.Receivers {
		cmd.Receivers = append(cmd.Receivers, p.userID(name))
	}
	var err error
	cmd.Extra, err = callout.ParseExtra(cmd.Status, s.Extra)
	return cmd, err
}

func (p *scenarioPlay) has(socket *client.Socket, want map[string]callout.Status) error {
	got, ids := make(map[string]callout.Status), make(map[string]callout.Status)
	for _, o := range socket.Orders() {
		got[o.ID] = o.Status
	}
	for name, status := range want {
		ids[p.orders[name]] = status
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		return fmt.Errorf("open orders (-want +got):\n%s", diff)
	}
	return nil
}

func (p *scenarioPlay) ended(socket *client.Socket, code int) error {
	for range socket.OrderStatuses(soon(p)) { // until it is over
	}
	err := socket.Err()
	var closed *client.CloseError
	if code == 0 && err != nil || code != 0 && (!errors.As(err, &closed) || closed.Code != code) {
		return fmt.Errorf("it ended: %w", errors.Join(errOther, err))
	}
	return nil
}

// hears takes so many events, and finishes all but the last.
func hears(ctx context.Context, socket *client.Socket, want []string) error {
	var got []string
	for r := range socket.OrderStatuses(ctx) {
		if got = append(got, r.AsString()); len(got) == len(want) {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("what was heard (-want +got):\n%s", diff)
	}
	return nil
}
