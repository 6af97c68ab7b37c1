package wire_test

import (
	"testing"

	"github.com/calloutd/callout/internal/wire"
)

func BenchmarkDecodeCommand(b *testing.B) {
	frame := []byte(`{"type":"command","id":"019ab1f3-7c1e-7bb0-9d39-3f6cbb1a4c21","orderId":"019ab1f3-7c1e-7bb0-9d39-3f6cbb1a4c20","statusCode":1005,"version":3,"extra":{}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Decode(frame); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeAck(b *testing.B) {
	frame := []byte(`{"type":"ack","seq":12345}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Decode(frame); err != nil {
			b.Fatal(err)
		}
	}
}
