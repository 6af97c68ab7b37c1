package callout

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
)

// MaxReceivers is how many servicemen one order may be offered to.
const MaxReceivers = 100

// Command is what somebody asks for: "make order OrderID Status". It may be refused.
type Command struct {
	ID        string // unique among its sender's commands, for ever; a repeat with the same content has no second effect
	Sender    Actor
	OrderID   string // may be empty with PLACED: see [Command.Complete]
	Status    Status
	Version   int64    // of the order that it is based on; 0 when it is not said
	Receivers []string // with PLACED: the servicemen to offer the order to. Nothing to any other status
	Extra     Extra

	// Classic marks a command from an app of the original system, which says no more than the status. The rules fill
	// in what such an app cannot say: how it pays, and which change it agrees to while there has been only one.
	Classic bool

	// Via is the backend that acts for the sender; empty: the sender speaks for themselves. It is told with the event, as
	// "via" in its extra, which nobody else may say.
	Via string
}

// viaKey is the key of an extra that says which backend has acted for the sender.
const viaKey = "via"

// SayVia puts into the extra which backend acts for the sender.
func (c *Command) SayVia(backend string) {
	c.Via = backend
	more := maps.Clone(c.Extra.More)
	if more == nil {
		more = make(map[string]json.RawMessage, 1)
	}
	more[viaKey] = appendString(nil, backend)
	c.Extra.More = more
}

// Complete gives a PLACED without an order id one that is made from its sender and its own id alone, so that a repeat
// of it finds the same order.
func (c *Command) Complete() {
	if c.Status == Placed && c.OrderID == "" {
		sum := sha256.Sum256([]byte("order\x00" + c.Sender.ID + "\x00" + c.ID))
		c.OrderID = hex.EncodeToString(sum[:12])
	}
}

// Digest tells commands of one id apart by their content: order, status, version, receivers and extra.
func (c *Command) Digest() ([16]byte, error) {
	h := sha256.New()
	field := func(data []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(data))))
		h.Write(data)
	}
	number := func(n int64) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	extra, err := c.Extra.canonical()
	if err != nil {
		return [16]byte{}, invalid("extra is not JSON")
	}
	field([]byte(c.OrderID))
	number(int64(c.Status))
	number(c.Version)
	number(int64(len(c.Receivers)))
	for _, id := range c.Receivers {
		field([]byte(id))
	}
	field(extra)
	return [16]byte(h.Sum(nil)), nil
}

// CheckNames says whether the ids that c is looked up by can be ids at all. The error is Invalid.
func (c *Command) CheckNames() error {
	if err := checkCommandID(c.ID); err != nil {
		return err
	}
	return CheckID("orderId", c.OrderID)
}

// Check says what is wrong with c whatever the order. The error is Invalid.
func (c *Command) Check() error {
	if !c.Status.Known() {
		return invalid("statusCode %d is not a code of the table", int(c.Status))
	}
	if err := c.CheckNames(); err != nil {
		return err
	}
	if err := CheckUserID("the sender's id", c.Sender.ID); err != nil {
		return err
	}
	if c.Version < 0 {
		return invalid("version is negative")
	}
	if _, said := c.Extra.More[viaKey]; said && c.Via == "" {
		return invalid("extra.via is the server's to say")
	}
	if c.Status == Placed {
		if err := checkReceivers(c.Receivers, c.Sender.ID); err != nil {
			return err
		}
	}
	if c.Status == OrderChanged && c.Extra.Services != nil && len(c.Extra.Services) == 0 {
		return invalid("extra.services is empty; leave it out to keep the services as they are")
	}
	return c.Extra.check()
}

func checkReceivers(receivers []string, clientID string) error {
	if len(receivers) == 0 {
		return invalid("receivers names nobody to offer the order to")
	}
	if len(receivers) > MaxReceivers {
		return invalid("receivers names %d servicemen; an order is offered to at most %d", len(receivers), MaxReceivers)
	}
	for i, id := range receivers {
		if err := CheckUserID("an id in receivers", id); err != nil {
			return err
		}
		if id == clientID {
			return invalid("receivers names the client")
		}
		if slices.Contains(receivers[:i], id) {
			return invalid("receivers names %s twice", id)
		}
	}
	return nil
}
