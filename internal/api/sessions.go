package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/calloutd/callout"
)

// Session is a device that is connected.
type Session struct {
	UserID string `json:"userId"`
	Device string `json:"device"`
}

// SessionsInput says whose sessions to list.
type SessionsInput struct {
	Caller
	User  string `query:"user" maxLength:"64" doc:"Whose"`
	After string `query:"after" maxLength:"64" doc:"Go on after this user"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"How many a page has about: it does not part the devices of a user"`
}

// SessionsOutput is a page of sessions.
type SessionsOutput struct{ Body SessionPage }

// SessionPage is a page of who is connected.
type SessionPage struct {
	Sessions []Session `json:"sessions"`
	Total    int       `json:"total" doc:"How many there are on all pages"`
	Next     string    `json:"next,omitempty" doc:"After whom the next page begins"`
}

func (a *API) listSessions(ctx context.Context, in *SessionsInput) (*SessionsOutput, error) {
	me, err := a.identify(ctx, &in.Caller)
	if err != nil {
		return nil, err
	}
	if !readsAll(me) {
		return nil, problem(http.StatusForbidden, string(callout.Forbidden), "who is connected is for operators to see")
	}
	out := new(SessionsOutput)
	var all []Session
	a.config.EachSession(in.User, func(userID, device string) { all = append(all, Session{userID, device}) })
	out.Body.Total = len(all)
	if in.After != "" {
		from := slices.IndexFunc(all, func(s Session) bool { return s.UserID > in.After })
		if from < 0 {
			from = len(all)
		}
		all = all[from:]
	}
	n := min(in.Limit, len(all))
	for n < len(all) && all[n].UserID == all[n-1].UserID {
		n++
	}
	if n < len(all) {
		out.Body.Next = all[n-1].UserID
	}
	out.Body.Sessions = append(make([]Session, 0, n), all[:n]...)
	return out, nil
}
