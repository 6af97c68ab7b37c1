package sim

import "context"

// judgeReceipts holds what receipts claim at this moment to what the devices themselves know: no event is said to have been
// acknowledged by a device that has not finished it, or that its user does not have.
func (w *world) judgeReceipts() {
	for _, id := range w.truth.orderIDs() {
		w.judgeReceiptsOf(id)
	}
}

func (w *world) judgeReceiptsOf(orderID string) {
	receipts, err := w.truth.db.Receipts(context.Background(), orderID, 0, "")
	if err != nil {
		w.broke("database", "the receipts of %s cannot be read: %v", orderID, err)
	}
	for _, r := range receipts {
		for _, d := range r.Devices {
			if last := w.finished(r.UserID, d.Device); !d.AckedAt.IsZero() && last < r.Seq {
				w.broke("database", "%s is said to have acknowledged %d; it has finished %d", d.Device, r.Seq, last)
			}
		}
	}
}

// finished is the last event that a user's device may have acknowledged; -1: they have no such device.
func (w *world) finished(userID, device string) int64 {
	for _, p := range w.people {
		for _, d := range p.devices {
			if name, last := d.stands(); p.plan.actor.ID == userID && name == device {
				return last
			}
		}
	}
	return -1
}
