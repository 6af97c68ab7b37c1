package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
)

// CommandInput is a command.
type CommandInput struct {
	Caller
	Key  string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"64" doc:"The command's id, unique for ever among the caller's: best a UUIDv7. Sent again with the same content it takes effect once"`
	Body Command
}

// Command is a command, as on the socket.
type Command struct {
	For        string          `json:"for,omitempty" maxLength:"64" doc:"From a backend, and needed there: the id of the user whom it acts for"`
	OrderID    string          `json:"orderId,omitempty" maxLength:"64" doc:"On PLACED it may be absent: then one is made, always the same for the same key"`
	StatusCode int             `json:"statusCode" doc:"What is to happen: 1001 PLACED, 1004 ACCEPTED, 1005 STARTED, 1006 ORDER_CHANGED, 1007 EXTENDED, 1008 CANCELLED, 1009 ORDER_COMPLETE, 1010 PAYMENT, 1011 PAYMENT_VERIFICATION, 1012 CHANGE_DECLINED, 1013 PAYMENT_REJECTED or 1014 OFFER_DECLINED" example:"1005"`
	Version    int64           `json:"version,omitempty" doc:"The version of the order that was decided on. If it has moved on, the command is refused"`
	Receivers  []string        `json:"receivers,omitempty" maxItems:"100" doc:"On PLACED: the servicemen to offer the order to"`
	Extra      json.RawMessage `json:"extra,omitempty" doc:"What the status needs. PLACED: services, currency, place?, note?, offerSeconds?; ORDER_CHANGED: services, reason?; EXTENDED: changeId, or the version beside; PAYMENT: method (cash, upi or card), amount?, reference?; a reason, from operators, and from a serviceman who cancels"`
}

// CommandOutput says which event a command was.
type CommandOutput struct{ Body CommandResult }

// CommandResult says which event a command was.
type CommandResult struct {
	OrderID  string        `json:"orderId"`
	Version  int64         `json:"version" doc:"Of the event that the command was"`
	Repeated bool          `json:"repeated,omitempty" doc:"It took effect before: this is the answer to a repeat"`
	Order    callout.Order `json:"order" doc:"As the caller may see it now"`
}

func (a *API) sendCommand(ctx context.Context, in *CommandInput) (*CommandOutput, error) {
	me, err := a.identify(ctx, &in.Caller)
	if err != nil {
		return nil, err
	}
	sender, err := in.sender(me)
	if err != nil {
		return nil, err
	}
	cmd := callout.Command{
		ID: in.Key, Sender: sender, OrderID: in.Body.OrderID, Status: callout.Status(in.Body.StatusCode), Version: in.Body.Version,
		Receivers: in.Body.Receivers,
	}
	if cmd.Extra, err = callout.ParseExtra(cmd.Status, in.Body.Extra); err != nil {
		return nil, invalid(err.Error())
	}
	if me.Role == callout.Backend {
		cmd.SayVia(me.ID)
	}
	answer, err := a.submit(ctx, cmd)
	if err != nil {
		return nil, err
	}
	ctx, cancel := a.within(ctx)
	defer cancel()
	order, _, err := a.db.Order(ctx, answer.OrderID)
	if err != nil {
		return nil, a.fault(ctx, "read an order", err)
	}
	out := new(CommandOutput)
	out.Body.OrderID, out.Body.Version, out.Body.Repeated = answer.OrderID, answer.Version, answer.Repeated
	out.Body.Order = order.As(view(&order, me))
	return out, nil
}

// submit has a command decided and committed. One that has no answer in time may take effect yet.
func (a *API) submit(ctx context.Context, cmd callout.Command) (ledger.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	answers := make(chan ledger.Answer, 1)
	a.ledger.Submit(cmd, func(answer ledger.Answer) { answers <- answer })
	select {
	case answer := <-answers:
		if answer.Err != nil {
			return answer, refusal(answer.Err, answer.Order)
		}
		return answer, nil
	case <-ctx.Done():
		return ledger.Answer{}, problem(http.StatusServiceUnavailable, string(callout.Unavailable), "there is no answer yet; send the command again with the same key")
	}
}

// sender is whose command it is. A user whom a backend acts for is what they are on that order, and the client of one that is placed.
func (in *CommandInput) sender(me callout.Actor) (callout.Actor, error) {
	switch {
	case me.Role != callout.Backend && in.Body.For == "":
		return me, nil
	case me.Role != callout.Backend:
		return me, problem(http.StatusForbidden, string(callout.Forbidden), "only a backend acts for others")
	case in.Body.For == "":
		return me, invalid("for is missing: a backend acts for a user")
	}
	if err := callout.CheckUserID("for", in.Body.For); err != nil {
		return me, invalid(err.Error())
	}
	if callout.Status(in.Body.StatusCode) == callout.Placed {
		return callout.Actor{ID: in.Body.For, Role: callout.Client}, nil
	}
	return callout.Actor{ID: in.Body.For}, nil
}
