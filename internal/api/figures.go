package api

import (
	"context"
	"net/http"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/figures"
)

// FiguresInput asks for figures.
type FiguresInput struct{ Caller }

// FiguresOutput is the last hour of this server.
type FiguresOutput struct{ Body Figures }

// Figures are the last hour of this server.
type Figures struct {
	EverySeconds int             `json:"everySeconds" doc:"How far apart the points are"`
	Points       []figures.Point `json:"points" doc:"The oldest first, since the server started or for an hour"`
}

func (a *API) getFigures(ctx context.Context, in *FiguresInput) (*FiguresOutput, error) {
	me, err := a.identify(ctx, &in.Caller)
	if err != nil {
		return nil, err
	}
	if !readsAll(me) {
		return nil, problem(http.StatusForbidden, string(callout.Forbidden), "figures are for operators")
	}
	out := new(FiguresOutput)
	out.Body.EverySeconds = int(figures.Every.Seconds())
	out.Body.Points = a.config.Figures.Points()
	return out, nil
}
