package wiretest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func TestATapHoldsWhatGoesThrough(t *testing.T) {
	const (
		pong     = `{"type":"pong"}`
		ping     = `{"type":"ping"}`
		surprise = `{"type":"pong","surprise":true}`
	)
	for _, c := range []struct {
		what, says, answer string
		path               string
		held               int
		faulty             string
	}{
		{"what the page has", ping, pong, "/v1/socket", 2, ""},
		{"a long frame", `{"type":"token","token":"` + strings.Repeat("t", 70_000) + `"}`, pong, "/v1/socket", 2, ""},
		{"a key more from the server", ping, surprise, "/v1/socket", 2, surprise},
		{"a key more from the client", `{"type":"ping","surprise":true}`, pong, "/v1/socket", 2, `"surprise"`},
		{"what the other dialect has", `{"statusCode":1004}`, pong, "/order", 2, pong},
		{"a command of an app of the original system", `{"statusCode":1004}`, "", "/order", 1, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, err := websocket.Accept(w, r, nil)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = conn.CloseNow() }()
				conn.SetReadLimit(1 << 20)
				if _, _, err := conn.Read(context.Background()); err != nil {
					t.Error(err)
				}
				if err := conn.Ping(conn.CloseRead(context.Background())); err != nil {
					t.Error(err)
				}
				if c.answer != "" {
					in, err := conn.Writer(context.Background(), websocket.MessageText)
					if err != nil {
						t.Error(err)
						return
					}
					for _, part := range []string{c.answer[:5], c.answer[5:]} { // in fragments
						if _, err := in.Write([]byte(part)); err != nil {
							t.Error(err)
						}
					}
					if err := in.Close(); err != nil {
						t.Error(err)
					}
				}
				_ = conn.Close(websocket.StatusNormalClosure, "")
			}))
			defer server.Close()
			transport := &http.Transport{DisableKeepAlives: true}
			tap := &Tap{Next: transport}
			conn, _, err := websocket.Dial(t.Context(), server.URL+c.path, &websocket.DialOptions{HTTPClient: &http.Client{Transport: tap}})
			if err != nil {
				t.Fatal(err)
			}
			if err := conn.Write(t.Context(), websocket.MessageText, []byte(c.says)); err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, _, err = conn.Read(t.Context())
			}
			if websocket.CloseStatus(err) != websocket.StatusNormalClosure || tap.Held() != c.held {
				t.Errorf("%d frames are held, and then %v", tap.Held(), err)
			}
			if err := tap.Err(); (err == nil) != (c.faulty == "") || err != nil && !strings.Contains(err.Error(), c.faulty) {
				t.Errorf("it says %v", err)
			}
		})
	}
}
