package server_test

import (
	"crypto/tls"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

func TestSessionsRunOverTLS(t *testing.T) {
	certified := httptest.NewTLSServer(nil) // for its certificate, and a client that trusts it
	certified.Close()
	client := certified.Client()
	defer client.CloseIdleConnections()
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Server.TLS = &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	})
	conn, _, err := websocket.Dial(t.Context(), "wss"+strings.TrimPrefix(s.URL, "http")+"/v1/socket", &websocket.DialOptions{
		HTTPClient: client, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	for _, frame := range []string{hello(""), says("o-9", 1001, `,"receivers":["s-9"]`)} {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
			t.Fatal(err)
		}
		_, data, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := wiretest.Native.FromServer(data); err != nil {
			t.Error(err)
		}
	}
	if err := conn.Write(t.Context(), websocket.MessageBinary, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusUnsupportedData {
		t.Errorf("after a binary frame the session ends with %v", err)
	}
}
