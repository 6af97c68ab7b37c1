package postgres

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// TestABindIsThatOfPgproto3 byte for byte, behind what was there before.
func TestABindIsThatOfPgproto3(t *testing.T) {
	types := pgtype.NewMap()
	registerArrays(types)
	begin := pgproto3.Bind{PreparedStatement: "b", ParameterFormatCodes: []int16{pgtype.BinaryFormatCode}}
	if want, err := begin.Encode(nil); err != nil {
		t.Fatal(err)
	} else if got, err := appendBind(nil, types, &pgconn.StatementDescription{Name: "b"}, nil); err != nil || !bytes.Equal(got, want) {
		t.Errorf("without parameters it is\n%q, not\n%q (%v)", got, want, err)
	}
	statement := &pgconn.StatementDescription{Name: "s", SQL: "SELECT", ParamOIDs: []uint32{pgtype.TextArrayOID, pgtype.Int8ArrayOID, pgtype.TextArrayOID}}
	args := []any{[]string{"a", ""}, []int64{1, -1}, [][]byte{[]byte("x"), nil}}
	bind := pgproto3.Bind{PreparedStatement: "s", ParameterFormatCodes: []int16{pgtype.BinaryFormatCode}}
	for i, arg := range args {
		value, err := types.Encode(statement.ParamOIDs[i], pgtype.BinaryFormatCode, arg, nil)
		if err != nil {
			t.Fatal(err)
		}
		bind.Parameters = append(bind.Parameters, value)
	}
	want, err := bind.Encode([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := appendBind([]byte("before"), types, statement, args)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("it is\n%q, not\n%q (%v)", got, want, err)
	}
	for _, wrong := range [][]any{args[:2], {args[0], args[1], []string(nil)}, {args[0], struct{}{}, args[2]}} {
		if b, err := appendBind([]byte("before"), types, statement, wrong); err == nil || string(b) != "before" {
			t.Errorf("%v is taken as %q (%v)", wrong, b, err)
		}
	}
}
