package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/calloutd/callout"
)

// Problem is an error as RFC 9457 has it, with the code that a session would have been given.
type Problem struct {
	huma.ErrorModel
	Code  string          `json:"code" doc:"The error's code for programs, as on the socket" example:"conflict"`
	Order json.RawMessage `json:"order,omitempty" doc:"With a refusal: the order as the caller may see it now"`
}

// ContentType implements [huma.ContentTypeFilter].
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// withCode makes a Problem of what the library has found wrong with a request.
func withCode(_ huma.Context, _ string, v any) (any, error) {
	if model, ok := v.(*huma.ErrorModel); ok {
		code := callout.Invalid
		switch {
		case model.Status == http.StatusRequestEntityTooLarge:
			code = callout.TooLarge
		case model.Status >= http.StatusInternalServerError:
			code = callout.Internal
		}
		return &Problem{ErrorModel: *model, Code: string(code)}, nil
	}
	return v, nil
}

func problem(status int, code, detail string) *Problem {
	return &Problem{ErrorModel: huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail}, Code: code}
}

// refusal is the problem that a refusal of a command is.
func refusal(err *callout.Error, order json.RawMessage) *Problem {
	p := problem(statusOf(err.Code), string(err.Code), err.Message)
	p.Order = order
	return p
}

func statusOf(code callout.Code) int {
	switch code {
	case callout.Invalid:
		return http.StatusUnprocessableEntity
	case callout.Forbidden:
		return http.StatusForbidden
	case callout.NotFound:
		return http.StatusNotFound
	case callout.Conflict:
		return http.StatusConflict
	case callout.TooLarge:
		return http.StatusRequestEntityTooLarge
	case callout.RateLimited:
		return http.StatusTooManyRequests
	case callout.Overloaded, callout.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func invalid(detail string) *Problem {
	return problem(http.StatusUnprocessableEntity, string(callout.Invalid), detail)
}

func notFound(orderID string) *Problem {
	return problem(http.StatusNotFound, string(callout.NotFound), "there is no order "+orderID+" that you may see")
}

// fault is the problem that a read of the database has met: it is logged, and nobody hears what exactly it was.
func (a *API) fault(ctx context.Context, what string, err error) *Problem {
	if !errors.Is(ctx.Err(), context.Canceled) {
		a.config.Log.Error("could not "+what, "err", err)
	}
	return problem(http.StatusServiceUnavailable, string(callout.Unavailable), "the database is away; try again")
}
