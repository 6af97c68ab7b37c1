package history

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// PrintReceipts writes as a table who was told of each event, and on each of their devices when it was first sent and
// when it was acknowledged, counted from the event. What has not come, or was not written down, is a dash.
func PrintReceipts(w io.Writer, receipts []store.Receipt) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "#\tEVENT\tTOLD\tSEQ\tDEVICE\tSENT\tACKNOWLEDGED")
	version := int64(0)
	for _, r := range receipts {
		head := "\t"
		if r.Version != version {
			head = fmt.Sprintf("%d\t%s", r.Version, r.Status)
		}
		version = r.Version
		told := fmt.Sprintf("%s\t%d", r.UserID, r.Seq)
		if len(r.Devices) == 0 {
			fmt.Fprintf(table, "%s\t%s\t–\t–\t–\n", head, told)
		}
		for _, d := range r.Devices {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", head, told, d.Device, after(r.At, d.SentAt), after(r.At, d.AckedAt))
			head, told = "\t", "\t"
		}
	}
	return table.Flush()
}

// after is how long after an event something happened. Between two clocks that may be before it.
func after(event, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return fmt.Sprintf("%+.3f s", at.Sub(event).Seconds())
}
