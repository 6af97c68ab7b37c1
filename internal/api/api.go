// Package api is the HTTP API under /v1: orders, their events and receipts, and commands. What it answers it takes from the same
// rules, ledger and database as the sessions; OpenAPI describes it, generated from its types.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/figures"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Config is how the API behaves.
type Config struct {
	// Identify finds whose token it is, or the code that a session would be closed with.
	Identify func(ctx context.Context, token string) (session.Identity, wire.CloseCode, string)
	// EachSession tells of the devices that have a session: of one user, or of all when userID is empty, in order.
	EachSession func(userID string, tell func(userID, device string))
	Figures     *figures.Recorder
	Dev         bool    // callers without a token may say who they are
	Rate        float64 // requests a second that a user may make, and Burst at once, backends aside; 0: as many as come
	Burst       int
	Clock       func() time.Time
	Timeout     time.Duration // how long the database and the ledger may take to answer
	Version     string        // of the program
	Log         *slog.Logger
}

// Database is what the API reads.
type Database interface {
	store.Inbox
	store.History
	store.Lister
	store.DismissalReader
}

// API answers HTTP requests.
type API struct {
	config Config
	ledger *ledger.Ledger
	db     Database
	pace   pace
	reads  chan struct{} // one in it for each read that is under way
}

// New makes a handler of everything under /v1/.
func New(config Config, l *ledger.Ledger, db Database) http.Handler {
	a := &API{
		config: config, ledger: l, db: db, reads: make(chan struct{}, readsAtOnce),
		pace: pace{perSecond: config.Rate, burst: config.Burst, users: make(map[string]*rate.Limiter)},
	}
	mux := http.NewServeMux()
	description := huma.DefaultConfig("Callout", config.Version)
	description.Info.Description = "Orders of on-demand services: what they are, what happened to them, and commands. Events come over the socket " +
		"at /v1/socket, in order and once; this API is for those who look at orders, and for programs that keep no socket."
	description.OpenAPIPath, description.DocsPath, description.SchemasPath = "/v1/openapi", "", ""
	description.CreateHooks = nil // no links to schemas in answers
	description.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The same token as on the socket"},
	}
	description.Security = []map[string][]string{{"token": {}}}
	description.AllowAdditionalPropertiesByDefault = true // as on the socket: what is not known is ignored
	description.Transformers = []huma.Transformer{withCode}
	mux.HandleFunc("/v1/", nothingHere)
	api := humago.New(mux, description)
	a.register(api)
	describe(description.Components.Schemas.Map())
	return http.TimeoutHandler(mux, 2*config.Timeout, "")
}

func (a *API) register(api huma.API) {
	huma.Register(api, operation(api, "list-orders", http.MethodGet, "/v1/orders", "List orders",
		"The last placed first. Clients and servicemen list their own; `open` shows a serviceman also what is on offer to him."), a.listOrders)
	huma.Register(api, operation(api, "get-order", http.MethodGet, "/v1/orders/{order}", "Read an order", "As the caller may see it now."), a.getOrder)
	huma.Register(api, operation(api, "list-events", http.MethodGet, "/v1/orders/{order}/events", "Read what happened to an order",
		"The first event first, each with the order as it was after it. For the order's parties and operators."), a.listEvents)
	huma.Register(api, operation(api, "list-receipts", http.MethodGet, "/v1/orders/{order}/receipts", "Read what became of an order's events",
		"Who was told of each event, and when it was sent to each of their devices and acknowledged. Parties learn it of the events that they "+
			"have sent, and no more of the others' devices than when the first of them had it."), a.listReceipts)
	huma.Register(api, operation(api, "list-sessions", http.MethodGet, "/v1/sessions", "List who is connected",
		"The devices that have a session with this server, in order. For operators."), a.listSessions)
	huma.Register(api, operation(api, "get-figures", http.MethodGet, "/v1/figures", "Read the server's last hour in figures",
		"Sessions, open orders, what was done, how long orders waited to be accepted, and how long events took to be delivered. For operators."),
		a.getFigures)
	huma.Register(api, operation(api, "send-command", http.MethodPost, "/v1/commands", "Have something happen to an order",
		"The same command as on the socket. It takes effect once: under its `Idempotency-Key` it may be sent again until there is an answer."), a.sendCommand)
}

// operation describes one of the API's. Whatever goes wrong in it is a Problem.
func operation(api huma.API, id, method, path, summary, description string) huma.Operation {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Description: description, MaxBodyBytes: wire.MaxFrame,
		RejectUnknownQueryParameters: true, // a filter that is misspelt would list everything
		Responses: map[string]*huma.Response{
			"default": {Description: "What went wrong", Content: map[string]*huma.MediaType{problemType: {Schema: schema}}},
		},
	}
}

// nothingHere answers what the API does not know.
func nothingHere(w http.ResponseWriter, r *http.Request) {
	body, err := json.Marshal(problem(http.StatusNotFound, string(callout.NotFound), "there is no "+r.Method+" "+r.URL.Path))
	if err != nil {
		panic(err) // strings always marshal
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body)
}
