package api

import (
	"context"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// Receipt is what became of one event for one of those who were told of it.
type Receipt struct {
	Version    int64      `json:"version" doc:"Of the event"`
	StatusCode int        `json:"statusCode"`
	At         time.Time  `json:"at" doc:"When it happened, just before it was committed"`
	UserID     string     `json:"userId" doc:"Who was told"`
	Seq        int64      `json:"seq,omitempty" doc:"Its number in their inbox. For operators"`
	Devices    []Delivery `json:"devices" doc:"For the parties one without a name at most: the first that had it"`
}

// Delivery is what became of an event on one device. A time that is missing has not come, or was not written down before a crash.
type Delivery struct {
	Device  string    `json:"device,omitempty"`
	SentAt  time.Time `json:"sentAt,omitzero"`
	AckedAt time.Time `json:"ackedAt,omitzero"`
}

// ReceiptsOutput is what became of an order's events.
type ReceiptsOutput struct{ Body ReceiptList }

// ReceiptList is what became of the events of an order.
type ReceiptList struct {
	Receipts []Receipt `json:"receipts"`
}

func (a *API) listReceipts(ctx context.Context, in *OrderInput) (*ReceiptsOutput, error) {
	me, err := a.findAsParty(ctx, in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := a.within(ctx)
	defer cancel()
	sender := me.ID
	if readsAll(me) {
		sender = ""
	}
	receipts, err := a.db.Receipts(ctx, in.Order, 0, sender)
	if err != nil {
		return nil, a.fault(ctx, "read an order's receipts", err)
	}
	out := new(ReceiptsOutput)
	out.Body.Receipts = make([]Receipt, 0, len(receipts))
	for i := range receipts {
		r := &receipts[i]
		switch {
		case readsAll(me):
			out.Body.Receipts = append(out.Body.Receipts, receiptOf(r, r.Seq, r.Devices))
		case r.SenderID == me.ID && r.UserID != me.ID && r.View != callout.ClosedView:
			var first []store.Delivery
			if len(r.Devices) > 0 {
				first = append(first, r.First())
			}
			out.Body.Receipts = append(out.Body.Receipts, receiptOf(r, 0, first))
		}
	}
	return out, nil
}

func receiptOf(r *store.Receipt, seq int64, devices []store.Delivery) Receipt {
	receipt := Receipt{Version: r.Version, StatusCode: int(r.Status), At: r.At, UserID: r.UserID, Seq: seq, Devices: make([]Delivery, 0, len(devices))}
	for _, d := range devices {
		receipt.Devices = append(receipt.Devices, Delivery{d.Device, d.SentAt, d.AckedAt})
	}
	return receipt
}
