package server

import (
	"context"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// inquire finds what became of an event for others. Only who has sent it may know; of an event of somebody else, or of
// none, the answer is the same: nobody. Those whose offer the event has closed are nobody else's business.
func (s *Server) inquire(ctx context.Context, r session.Inquire) (*wire.Receipt, error) {
	answer := &wire.Receipt{OrderID: r.About.OrderID, Version: r.About.Version}
	receipts, err := s.db.Receipts(ctx, r.About.OrderID, r.About.Version, r.UserID)
	if err != nil {
		return nil, err
	}
	for _, receipt := range receipts {
		if receipt.UserID != r.UserID && receipt.View != callout.ClosedView {
			had := receipt.First()
			answer.To = append(answer.To, wire.ReceiptTo{UserID: receipt.UserID, SentAt: had.SentAt, AckedAt: had.AckedAt})
		}
	}
	return answer, nil
}

// acknowledge notes how far the device has got, and for receipts what it has acknowledged.
func (c *conn) acknowledge(r session.Acknowledge) {
	now := c.server.config.Clock()
	ack := store.Ack{UserID: r.UserID, Device: r.Device, Seq: r.Seq, SeenAt: now}
	if r.From < r.Seq {
		ack.Acked = []store.Mark{{First: r.From + 1, Last: r.Seq, At: now}}
	}
	c.server.ledger.Ack(ack)
}
