// Package storetest is the contract of package store as tests. Every implementation runs all of it against a real
// database:
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func(t *testing.T, clock func() time.Time) (storetest.Store, store.Users) { … })
//	}
package storetest

import (
	"testing"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// Store is all that is asked of a database by whoever serves it.
type Store interface {
	store.Ledger
	store.Keeper
	store.Inbox
	store.History
	store.Lister
	store.DismissalReader
}

// Run holds a store to the contract. open makes one that is empty and that nobody else uses, and somebody who looks after
// its users beside it. The store's clock is the given one (Loaded.Now and Due go by it). open sees to it that both are
// closed when the test ends.
func Run(t *testing.T, open func(t *testing.T, clock func() time.Time) (Store, store.Users)) {
	for _, promise := range promises() {
		t.Run(promise.name, func(t *testing.T) {
			c := newClock()
			s, users := open(t, c.now)
			w := newWorld(t, s, c)
			w.users = users
			promise.hold(w)
		})
	}
	t.Run("AnyPlayIsAsTheRulesSay", func(t *testing.T) {
		c := newClock()
		s, _ := open(t, c.now)
		anyPlay(t, s, c)
	})
}

type promise struct {
	name string
	hold func(*world)
}

func promises() []promise {
	return []promise{
		{"AWholeOrderLivesThroughCommit", wholeOrder},
		{"AnOrderComesBackAsItWas", orderComesBack},
		{"NilAndEmptyListsAreTheSameToTheRules", nilAndEmpty},
		{"ClockDecidesNow", clockDecides},
		{"InboxesHaveNoGapsAcrossGroups", gaplessAcrossGroups},
		{"InboxesHaveNoGapsWithinAGroup", gaplessWithinGroup},
		{"CommitReturnsWhatPagesRead", commitReturnsRows},
		{"EachSeesTheirViewAndNoMore", viewsPerRecipient},
		{"RepeatsAreFound", repeatsFound},
		{"AKeyTwiceInAGroupIsBadData", keyTwiceInGroup},
		{"AKeyCommittedBeforeIsBadData", keyCommittedBefore},
		{"AnInvalidStatusIsBadData", invalidStatus},
		{"AVersionTakenIsBadData", versionTaken},
		{"ARefusedGroupWritesNothing", refusedGroup},
		{"ACancelledContextWritesNothing", cancelledContext},
		{"AnAckNeverMovesBack", ackNeverMovesBack},
		{"AcksAreWrittenWithAnyGroup", acksWithAnyGroup},
		{"TheLongestUnseenDeviceIsForgotten", longestUnseenForgotten},
		{"AnUnknownDeviceStaysUnknownUnlessItIsNew", unknownStaysUnknown},
		{"OpenOrdersAreCountedForTheirClient", openCounted},
		{"ReceiptsSayWhatBecameOfAnEvent", receipts},
		{"ReceiptsClaimTheFirstTimeAlone", receiptsOfTheFirstTime},
		{"ReceiptsOutliveTheirDevice", receiptsOutlive},
		{"RetentionCutsWhatAllHaveAndIsOld", cutWhatAllHave},
		{"RetentionForgetsDevicesThatAreLongUnseen", cutForgetsDevices},
		{"RetentionGoesInSteps", cutInSteps},
		{"RetentionDropsWhatStandsInNoInbox", dropOrders},
		{"WhoIsBarredIsNotLetIn", barred},
		{"DismissalsAreReadInTheirOrder", dismissals},
		{"OpenKnowsTheDevice", openKnowsDevice},
		{"OpenComparesWhatTheDeviceHas", openCompares},
		{"OpenListsTheOpenOrders", openListsOrders},
		{"PagesAreCutAsAsked", pages},
		{"FindReadsTheNewestRow", find},
		{"HeadsAreThoseOfTheInboxes", heads},
		{"StandingFollowsTheOrder", standing},
		{"DueFollowsTheOrder", due},
		{"HistoryIsWhatHappened", history},
		{"OrdersAreFoundByTheBeginningOfTheirIDs", orderIDs},
		{"OrdersAreListedAsTheyWerePlaced", listed},
		{"PagesOfAListFollowEachOther", listedInPages},
		{"SnapshotsAreOfOneMoment", snapshots},
		{"ManyCommitAtOnceWithoutGaps", manyAtOnce},
	}
}
