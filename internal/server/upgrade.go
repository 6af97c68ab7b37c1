package server

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// native upgrades to the native protocol, in which the first frame says who comes.
func (s *Server) native(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r) {
		return
	}
	socket, first, ok := s.upgrade(w, r)
	if !ok {
		s.hub.leave()
		return
	}
	c := &conn{server: s, session: session.New(&s.config.Session, s.config.Clock())}
	s.take(c, socket, first)
}

// classic upgrades to the classic dialect, in which the URL says who comes.
func (s *Server) classic(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r) {
		return
	}
	me, status, reason := s.identifyClassic(r)
	if status != 0 {
		s.hub.leave()
		say(w, status, reason)
		return
	}
	socket, first, ok := s.upgrade(w, r)
	if !ok {
		s.hub.leave()
		return
	}
	c := &conn{server: s}
	var begin session.Actions
	c.session, begin = session.NewClassic(&s.config.Session, me, s.config.Clock())
	c.mailbox.posts = []func(time.Time) session.Actions{func(time.Time) session.Actions { return begin }}
	s.take(c, socket, first)
}

// take has a connection live from now on: without a goroutine where that can be. first is what has come of its peer.
func (s *Server) take(c *conn, from net.Conn, first []byte) {
	c.inbound.rest = first
	if tcp, ok := from.(*net.TCPConn); ok && s.poller != nil {
		if err := s.poll(c, tcp); err != nil {
			s.config.Log.Warn("a connection could not be taken", "peer", from.RemoteAddr(), "err", err)
			from.Close()
			s.hub.leave()
		}
		return
	}
	stream := newStream(from, s.config.WriteTimeout)
	c.link, c.signal = stream, make(chan struct{}, 1)
	s.hub.add(c)
	stream.drive(c, &s.spare)
}

// poll has a connection get its turns from the workers, whenever its socket or somebody else has something for it.
func (s *Server) poll(c *conn, from *net.TCPConn) error {
	socket, err := s.poller.take(from)
	if err != nil {
		return err
	}
	c.link = socket
	s.workers.hold(c) // or its last turn might be over before it is watched
	s.hub.add(c)
	if err := s.poller.watch(c, socket); err != nil {
		s.config.Log.Warn("a connection cannot be watched", "peer", socket.peer(), "err", err)
		c.interrupt()
	}
	s.workers.release(c)
	return nil
}

// upgrade makes a WebSocket of the request. With it comes what the peer has sent behind its request.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) (net.Conn, []byte, bool) {
	switch {
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		w.Header().Set("Upgrade", "websocket")
		w.Header().Add("Connection", "Upgrade")
		say(w, http.StatusUpgradeRequired, "this is a WebSocket")
		return nil, nil, false
	case r.ContentLength != 0:
		say(w, http.StatusBadRequest, "a handshake has no body")
		return nil, nil, false
	case saidTwice(r):
		say(w, http.StatusBadRequest, "a header is there twice")
		return nil, nil, false
	case s.config.LocalOnly && !localHost(r.Host):
		say(w, http.StatusForbidden, "in development mode this server goes by loopback names alone")
		return nil, nil, false
	case !s.originAllowed(r):
		say(w, http.StatusForbidden, "pages of this origin may not connect")
		return nil, nil, false
	case !protocolOffered(r):
		say(w, http.StatusBadRequest, "the subprotocol is "+wire.Subprotocol)
		return nil, nil, false
	}
	upgrader := ws.HTTPUpgrader{
		Timeout:  s.config.WriteTimeout,
		Protocol: func(name string) bool { return name == wire.Subprotocol },
	}
	socket, buffered, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		s.config.Log.Debug("a WebSocket handshake came to nothing", "peer", r.RemoteAddr, "err", err)
		if socket != nil {
			socket.Close()
		}
		return nil, nil, false
	}
	first := make([]byte, buffered.Reader.Buffered())
	if _, err := io.ReadFull(buffered.Reader, first); err != nil {
		socket.Close()
		return nil, nil, false
	}
	return socket, first, true
}

// saidTwice reports whether a header that may be there once is there more often. Who is in front of this server may go by
// another of them than it does.
func saidTwice(r *http.Request) bool {
	for _, name := range []string{"Origin", "Sec-Websocket-Key", "Sec-Websocket-Version"} {
		if len(r.Header[name]) > 1 {
			return true
		}
	}
	return false
}

// originAllowed keeps pages of other sites from connecting with what their visitors' browsers know. Only browsers send
// an Origin; whoever sends none is none.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.config.Origins, "*") || slices.Contains(s.config.Origins, origin) {
		return true
	}
	from, err := url.Parse(origin)
	return err == nil && from.Host != "" && strings.EqualFold(from.Host, r.Host)
}

// localHost reports whether a Host header names this machine by a loopback name. A page of another site that has its own
// name point here cannot make a browser send one.
func localHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// protocolOffered reports whether the peer offers our subprotocol, or none at all.
func protocolOffered(r *http.Request) bool {
	offers := r.Header.Values("Sec-WebSocket-Protocol")
	for _, offer := range offers {
		for name := range strings.SplitSeq(offer, ",") {
			if strings.TrimSpace(name) == wire.Subprotocol {
				return true
			}
		}
	}
	return len(offers) == 0
}

// identifyClassic finds who opens a classic session, or the HTTP status that refuses it.
func (s *Server) identifyClassic(r *http.Request) (me session.Identity, status int, reason string) {
	query := r.URL.Query()
	userID := query.Get("userId")
	if err := callout.CheckUserID("userId", userID); err != nil {
		return me, http.StatusBadRequest, err.Error()
	}
	token := query.Get("token")
	if token == "" {
		if !s.config.Session.Dev {
			return me, http.StatusUnauthorized, "a token is needed"
		}
		return session.Identity{UserID: userID}, 0, ""
	}
	me, code, reason := s.verify(r.Context(), token)
	switch {
	case code == wire.Forbidden, code == 0 && me.UserID != userID:
		return me, http.StatusForbidden, "the token is not this user's"
	case code == wire.Overloaded:
		return me, http.StatusServiceUnavailable, reason
	case code != 0:
		return me, http.StatusUnauthorized, reason
	case me.Role == callout.Operator:
		return me, http.StatusForbidden, "the classic dialect is for clients and servicemen"
	}
	return me, 0, ""
}
