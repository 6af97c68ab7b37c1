package server

import (
	"context"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler is everything that the server answers.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/socket", s.native)
	mux.HandleFunc("/v1/socket", onlyGet) // whatever is mounted under /v1/
	mux.HandleFunc("GET /order", s.classic)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	for _, m := range s.mounted {
		mux.Handle(m.pattern, s.guarded(m.handler))
	}
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.config.Registry, promhttp.HandlerOpts{}))
	return lastUnlessUpgraded(mux)
}

// Mount has a handler answer beside the sockets, under a pattern of [http.ServeMux]. It is called before Serve.
func (s *Server) Mount(pattern string, h http.Handler) {
	s.mounted = append(s.mounted, mounted{pattern, h})
}

type mounted struct {
	pattern string
	handler http.Handler
}

// guarded keeps pages of other sites, whose own name may point here, from what is open in development mode, and lets the pages of those
// origins in that may connect to the socket.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.config.LocalOnly && !localHost(r.Host) {
			say(w, http.StatusForbidden, "in development mode this server goes by loopback names alone")
			return
		}
		w.Header().Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" && s.originAllowed(r) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				answerPreflight(w)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// answerPreflight tells a browser what a page of another origin may send. Cookies are not among it: Callout has none.
func answerPreflight(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Callout-User, Callout-Role")
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// lastUnlessUpgraded ends the connection of a request that asks for another protocol and does not get it: a proxy that has not
// waited for the answer takes what follows for that protocol, and no longer looks at it.
func lastUnlessUpgraded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

func onlyGet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	say(w, http.StatusMethodNotAllowed, "a WebSocket is opened by GET")
}

// healthz says that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

// readyz says whether sessions find a server that takes them and a database that answers.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.config.ReadTimeout)
	defer cancel()
	if s.hub.isClosing() {
		say(w, http.StatusServiceUnavailable, "closing")
		return
	}
	if _, err := s.db.Heads(ctx, []string{"readyz"}); err != nil {
		s.config.Log.Warn("not ready: the database does not answer", "err", err)
		say(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	say(w, http.StatusOK, "ok")
}

func say(w http.ResponseWriter, status int, what string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, what+"\n")
}
