package callout

// Move is one row of the table: one event, who may cause it, and from which statuses to which.
type Move struct {
	Row   int // its number in the documentation
	Event Status
	By    []Grant
	To    Target
	Needs string // what else it takes, in words

	open  func(*Order) error    // what the order must allow, whatever the command says
	apply func(*decision) error // holds the command to Needs and makes the next order
	then  func(*Order) Status   // the system's event that follows in the same transaction, or 0
}

// Grant lets one kind of actor make a move from some statuses. No statuses mean "from nothing".
type Grant struct {
	By   string // in words
	From []Status

	as standing
}

// Target is where a move leads: to a status, or to one of the two below.
type Target int

const (
	Same    Target = -1 // the status stays what it is
	Working Target = -2 // EXTENDED if any change was ever approved, else STARTED
)

func (t Target) String() string {
	switch t {
	case Same:
		return "same"
	case Working:
		return "W"
	}
	return Status(t).String()
}

// of is the status that t means for an order that is at o before the move.
func (t Target) of(o *Order) Status {
	switch t {
	case Same:
		return o.Status
	case Working:
		return o.working()
	}
	return Status(t)
}

const (
	maxChangesDeclined  = 5
	maxPaymentsRejected = 3
)

// Table is the whole life of an order. A move that is not in it does not exist.
func Table() []Move { return append([]Move(nil), table...) }

var (
	onOffer       = []Status{Placed, Broadcasted}
	atWork        = []Status{Started, Extended}
	beforeWork    = []Status{Placed, Broadcasted, Accepted}
	beforeChecked = []Status{Placed, Broadcasted, Accepted, Started, OrderChanged, Extended, Payment}
)

func byClient(from ...Status) Grant     { return Grant{"client", from, asClient} }
func byOffered(from ...Status) Grant    { return Grant{"a serviceman on offer", from, asOffered} }
func byServiceman(from ...Status) Grant { return Grant{"the serviceman", from, asAssigned} }
func byOperator(from ...Status) Grant   { return Grant{"operator", from, asOperator} }
func bySystem(from ...Status) Grant     { return Grant{"system", from, asSystem} }

var table = []Move{
	{
		Row: 1, Event: Placed, By: []Grant{byClient()}, To: Target(Placed),
		Needs: "1 to 100 different receivers (servicemen) to offer it to, not the client; services with prices, or none where they are kept elsewhere (total 0)",
		apply: place, then: broadcastToMany,
	}, {
		Row: 2, Event: Broadcasted, By: []Grant{bySystem(Placed)}, To: Target(Broadcasted),
		Needs: "more than one on offer; follows PLACED in the same transaction",
		apply: broadcast,
	}, {
		Row: 3, Event: Expired, By: []Grant{bySystem(onOffer...)}, To: Target(Expired),
		Needs: "the offer's time is up; or follows the last OFFER_DECLINED in the same transaction",
		apply: expire,
	}, {
		Row: 4, Event: Accepted, By: []Grant{byOffered(onOffer...)}, To: Target(Accepted),
		Needs: "in time, not declined by him; the first one wins, once and for all",
		apply: accept,
	}, {
		Row: 5, Event: OfferDeclined, By: []Grant{byOffered(onOffer...)}, To: Same,
		apply: declineOffer, then: expireUnwanted,
	}, {
		Row: 6, Event: Started, By: []Grant{byClient(Accepted)}, To: Target(Started),
	}, {
		Row: 7, Event: OrderChanged, By: []Grant{byServiceman(atWork...)}, To: Target(OrderChanged),
		Needs: "the services as they would be, with new prices; absent: unchanged. Fewer than 5 changes declined so far",
		open:  mayChange, apply: change,
	}, {
		Row: 8, Event: Extended, By: []Grant{byClient(OrderChanged)}, To: Target(Extended),
		Needs: "names the change it agrees to (or carries the version); replaces services and total",
		apply: extend,
	}, {
		Row: 9, Event: ChangeDeclined, By: []Grant{byClient(OrderChanged), byServiceman(OrderChanged), bySystem(OrderChanged)}, To: Working,
		Needs: "system: the change's time is up (never auto-approved)",
		apply: declineChange,
	}, {
		Row: 10, Event: Payment, By: []Grant{byClient(atWork...)}, To: Target(Payment),
		Needs: "method; amount, if given, is what is due",
		apply: pay,
	}, {
		Row: 11, Event: PaymentVerification, By: []Grant{byServiceman(Payment), byOperator(Payment)}, To: Target(PaymentVerification),
		Needs: "amount, if given, is the same; operator: a reason",
		apply: verifyPayment,
	}, {
		Row: 12, Event: PaymentRejected, By: []Grant{byServiceman(Payment), byClient(Payment)}, To: Working,
		Needs: "at most 3 times, then only rows 11 and 15 are left",
		open:  mayReject, apply: rejectPayment,
	}, {
		Row: 13, Event: OrderComplete, By: []Grant{byClient(PaymentVerification), bySystem(PaymentVerification)}, To: Target(OrderComplete),
		Needs: "system: its time is up",
		apply: complete,
	}, {
		Row: 14, Event: Cancelled, By: []Grant{byClient(beforeWork...), byServiceman(Accepted)}, To: Target(Cancelled),
		Needs: "the serviceman: a reason",
		apply: cancel,
	}, {
		Row: 15, Event: Cancelled, By: []Grant{byOperator(beforeChecked...)}, To: Target(Cancelled),
		Needs: "a reason",
		apply: cancel,
	},
}
