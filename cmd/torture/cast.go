package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/party"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// operators is how many of them look after the orders.
const operators = 2

// cast makes the parties: as many clients as servicemen, with programs of all kinds. Every fourth of them has a second
// device that looks on.
func cast(w *party.World, pairs int, random *rand.Rand) []*party.Party {
	var parties []*party.Party
	add := func(s party.Spec) {
		s.Seed = random.Uint64()
		parties = append(parties, party.New(w, s))
	}
	var servicemen []string
	for i := range pairs {
		servicemen = append(servicemen, fmt.Sprintf("s-%d", i))
	}
	for i := range pairs {
		for _, user := range []callout.Actor{{ID: fmt.Sprintf("c-%d", i), Role: callout.Client}, {ID: servicemen[i], Role: callout.Serviceman}} {
			s := party.Spec{User: user, Kind: kindOf(i), Device: "phone"}
			if user.Role == callout.Client {
				s.Receivers = servicemen
			}
			add(s)
			if i%4 == 1 {
				add(party.Spec{User: user, Kind: record.Raw, Device: "tablet", Watches: true})
			}
		}
	}
	for i := range operators {
		add(party.Spec{User: callout.Actor{ID: fmt.Sprintf("op-%d", i), Role: callout.Operator}, Kind: kindOf(i), Device: "desk"})
	}
	return parties
}

// kindOf is the program of the i-th of its kind.
func kindOf(i int) record.Kind {
	return []record.Kind{record.SDK, record.Raw, record.SDK, record.Raw, record.SDK, record.Classic}[i%6]
}
