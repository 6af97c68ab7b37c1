package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Caller is how a request says who it is from.
type Caller struct {
	Authorization string `header:"Authorization" doc:"Bearer and a token"`
	DevUser       string `header:"Callout-User" doc:"In development mode, without a token: the caller's id"`
	DevRole       string `header:"Callout-Role" doc:"In development mode, without a token: the caller's role" enum:"client,serviceman,operator,backend"`
}

// identify finds who calls, or the problem that is answered.
func (a *API) identify(ctx context.Context, c *Caller) (callout.Actor, error) {
	me, err := a.name(ctx, c)
	if err != nil {
		return me, err
	}
	if me.Role != callout.Backend && !a.pace.allows(me.ID, a.config.Clock()) {
		return me, problem(http.StatusTooManyRequests, string(callout.RateLimited), "too many requests; slow down")
	}
	ctx, cancel := a.within(ctx)
	defer cancel()
	barred, err := a.db.Barred(ctx, me.ID)
	switch {
	case err != nil:
		return me, a.fault(ctx, "read whether a user is let in", err)
	case barred:
		return me, problem(http.StatusForbidden, string(callout.Forbidden), "this user is let in no more")
	}
	return me, nil
}

// name finds who the caller says it is, and whether that is true.
func (a *API) name(ctx context.Context, c *Caller) (callout.Actor, error) {
	scheme, token, found := strings.Cut(c.Authorization, " ")
	switch {
	case found && strings.EqualFold(scheme, "bearer"):
	case c.Authorization != "":
		return callout.Actor{}, problem(http.StatusUnauthorized, "unauthenticated", "Authorization is no bearer token")
	case !a.config.Dev || c.DevUser == "":
		return callout.Actor{}, problem(http.StatusUnauthorized, "unauthenticated", "a token is needed")
	default:
		return devActor(c)
	}
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	me, code, reason := a.config.Identify(ctx, strings.TrimSpace(token))
	switch code {
	case 0:
		return callout.Actor{ID: me.UserID, Role: me.Role}, nil
	case wire.Forbidden:
		return callout.Actor{}, problem(http.StatusForbidden, string(callout.Forbidden), reason)
	case wire.Overloaded:
		return callout.Actor{}, problem(http.StatusServiceUnavailable, string(callout.Unavailable), reason)
	}
	return callout.Actor{}, problem(http.StatusUnauthorized, "unauthenticated", reason)
}

func devActor(c *Caller) (callout.Actor, error) {
	me := callout.Actor{ID: c.DevUser, Role: callout.Role(c.DevRole)}
	if err := callout.CheckUserID("Callout-User", me.ID); err != nil {
		return callout.Actor{}, problem(http.StatusUnauthorized, "unauthenticated", err.Error())
	}
	if !me.Role.IsUser() && me.Role != callout.Backend {
		return callout.Actor{}, problem(http.StatusUnauthorized, "unauthenticated", "Callout-Role is none of client, serviceman, operator and backend")
	}
	return me, nil
}

// readsAll reports whether somebody may read what concerns others.
func readsAll(me callout.Actor) bool {
	return me.Role == callout.Operator || me.Role == callout.Backend
}

// view is how much of an order somebody sees.
func view(o *callout.Order, me callout.Actor) callout.View {
	if readsAll(me) {
		return callout.PartyView
	}
	return o.ViewFor(me)
}
