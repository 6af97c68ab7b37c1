package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/calloutd/callout/internal/store"
)

// Whatever is added, and however often: marks ascend, speak of each seq once, and keep the first time of each.
func TestMarksAscendAndKeepTheFirstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := make(map[int64]time.Time)
		var marks []store.Mark
		highest := int64(0)
		for range rapid.IntRange(0, 20).Draw(t, "marks") {
			from := rapid.Int64Range(1, highest+1).Draw(t, "from") // what was said before may be said again, but nothing is left out
			m := store.Mark{
				First: from, Last: from + rapid.Int64Range(0, 4).Draw(t, "more"),
				At: time.UnixMilli(rapid.Int64Range(0, 3).Draw(t, "at")).UTC(),
			}
			for seq := max(m.First, highest+1); seq <= m.Last; seq++ {
				first[seq] = m.At
			}
			highest = max(highest, m.Last)
			marks = store.AddMark(marks, m)
		}
		for seq := int64(1); seq <= highest; seq++ {
			if at := store.MarkedAt(marks, seq); !at.Equal(first[seq]) {
				t.Fatalf("%d is marked at %v, not %v, in %v", seq, at, first[seq], marks)
			}
		}
		for i := 1; i < len(marks); i++ {
			if marks[i].First != marks[i-1].Last+1 {
				t.Fatalf("%v follows %v", marks[i], marks[i-1])
			}
		}
		if store.LastMark(marks, 0) != highest {
			t.Fatalf("the last is %d, not %d", store.LastMark(marks, 0), highest)
		}
		after := rapid.Int64Range(0, highest+1).Draw(t, "after")
		for _, m := range store.MarksAfter(marks, after) {
			if m.First <= after || m.First > m.Last {
				t.Fatalf("after %d there is %v", after, m)
			}
		}
	})
}

// What cannot be marks is an error, and what can is the same again.
func FuzzDecodeMarks(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{2, 0, 2})
	f.Add([]byte{2, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add(store.EncodeMarks([]store.Mark{{First: 5, Last: 8, At: time.UnixMilli(1_700_000_000_123)}, {First: 9, Last: 9, At: time.UnixMilli(1_700_000_000_124)}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		marks, err := store.DecodeMarks(data)
		if err != nil {
			return
		}
		again, err := store.DecodeMarks(store.EncodeMarks(marks))
		if diff := cmp.Diff(marks, again); err != nil || diff != "" {
			t.Fatalf("%v (- once, + again):\n%s", err, diff)
		}
	})
}
