package party

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout/internal/wire"
)

// badFrame is a frame that no server may send.
type badFrame string

func (b badFrame) Error() string { return string(b) }

// rawLink is one connection of a raw client.
type rawLink struct {
	conn    *websocket.Conn
	silence time.Duration
	timer   *time.Timer // ends the connection once the server has been silent for that long
}

func dialRaw(ctx context.Context, url string) (*rawLink, error) {
	l := new(rawLink)
	conn, _, err := websocket.Dial(ctx, url+"/v1/socket", &websocket.DialOptions{
		Subprotocols: []string{wire.Subprotocol},
		OnPingReceived: func(context.Context, []byte) bool {
			l.heard()
			return true
		},
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(16 << 20)
	l.conn = conn
	return l, nil
}

// watch ends the connection once the server has been silent for a while.
func (l *rawLink) watch(silence time.Duration) {
	l.silence = silence
	l.timer = time.AfterFunc(silence, func() { _ = l.conn.CloseNow() })
}

func (l *rawLink) heard() {
	if l.timer != nil {
		l.timer.Reset(l.silence)
	}
}

func (l *rawLink) read(ctx context.Context) (wire.ServerFrame, error) {
	kind, data, err := l.conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	l.heard()
	if kind != websocket.MessageText {
		return nil, badFrame("a binary frame")
	}
	frame, err := wire.DecodeServer(data)
	switch {
	case err != nil:
		return nil, badFrame(err.Error())
	case frame == nil:
		return nil, badFrame("a frame of an unknown type")
	}
	return frame, nil
}

func (l *rawLink) write(ctx context.Context, frame []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return l.conn.Write(ctx, websocket.MessageText, frame)
}
