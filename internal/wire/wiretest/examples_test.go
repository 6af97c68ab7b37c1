package wiretest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/calloutd/callout/internal/wire"
)

// examples calls f with the examples of all messages, and the side that says them.
func examples(t *testing.T, p *page, f func(d Dialect, server bool, example []byte)) {
	t.Helper()
	send, _ := p.messages()
	for d, channel := range p.Channels {
		for name := range channel.Messages {
			examples := p.Components.Messages[name].Examples
			if len(examples) == 0 {
				t.Errorf("%s has no example", name)
			}
			for _, e := range examples {
				data, err := json.Marshal(e.Payload)
				if err != nil {
					t.Fatal(err)
				}
				f(d, slices.Contains(send[d], name), data)
			}
		}
	}
}

func TestExamplesAreAsThePageSays(t *testing.T) {
	examples(t, readPage(t), func(d Dialect, server bool, example []byte) {
		hold := d.FromClient
		if server {
			hold = d.FromServer
		}
		if err := hold(example); err != nil {
			t.Error(err)
		}
	})
}

// TestTheServerReadsTheExamples as what they are said to be.
func TestTheServerReadsTheExamples(t *testing.T) {
	examples(t, readPage(t), func(d Dialect, server bool, example []byte) {
		var err error
		var frame any
		switch {
		case server:
			frame, err = wire.DecodeServer(example)
		case d == Classic:
			frame, err = wire.DecodeClassic(example)
		default:
			frame, err = wire.Decode(example)
		}
		if _, bad := frame.(wire.BadCommand); bad || frame == nil || err != nil {
			t.Errorf("%s is read as %#v, %v", example, frame, err)
		}
	})
}
