package postgres

import (
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5/pgtype"
)

// registerArrays has the arrays of this package's statements encoded without a box for each element, which takes pgx's own
// codec a tenth of a server's time. Everything else, and reading, stays pgx's.
func registerArrays(m *pgtype.Map) {
	for _, oid := range []uint32{pgtype.TextArrayOID, pgtype.Int8ArrayOID, pgtype.Int4ArrayOID, pgtype.Int2ArrayOID, pgtype.ByteaArrayOID} {
		t, _ := m.TypeForOID(oid) // pgx knows them
		codec := t.Codec.(*pgtype.ArrayCodec)
		m.RegisterType(&pgtype.Type{Name: t.Name, OID: oid, Codec: &arrayCodec{codec}})
	}
}

type arrayCodec struct{ *pgtype.ArrayCodec }

// PlanEncode implements [pgtype.Codec].
func (c *arrayCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if format == pgtype.BinaryFormatCode {
		switch value.(type) {
		case []string, []int64, []int32, []int16, [][]byte:
			return arrayPlan{c.ElementType.OID}
		}
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

// arrayPlan encodes an array of one dimension in PostgreSQL's binary form: dimensions, whether there are NULLs, the type of
// the elements, their number, the first index; then each with its length, of which -1 is NULL.
type arrayPlan struct{ element uint32 }

// Encode implements [pgtype.EncodePlan].
func (p arrayPlan) Encode(value any, b []byte) ([]byte, error) {
	switch v := value.(type) {
	case []string:
		b = p.begin(b, len(v), bytesOf(v), false)
		for _, s := range v {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
		}
	case []int64:
		b = p.begin(b, len(v), 8*len(v), false)
		for _, n := range v {
			b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(n))
		}
	case []int32:
		b = p.begin(b, len(v), 4*len(v), false)
		for _, n := range v {
			b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 4), uint32(n))
		}
	case []int16:
		b = p.begin(b, len(v), 2*len(v), false)
		for _, n := range v {
			b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(b, 2), uint16(n))
		}
	case [][]byte:
		b = p.begin(b, len(v), bytesOf(v), true)
		for _, data := range v {
			if data == nil {
				b = binary.BigEndian.AppendUint32(b, 1<<32-1)
				continue
			}
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(data))), data...)
		}
	}
	return b, nil
}

// begin writes what comes before the n elements, for which it makes room: twice as much as there is, so that not every array of a
// statement moves those before it.
func (p arrayPlan) begin(b []byte, n, size int, nulls bool) []byte {
	b = slices.Grow(b, len(b)+4*(5+n)+size)
	flag := uint32(0)
	if nulls {
		flag = 1
	}
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint32(b, flag)
	b = binary.BigEndian.AppendUint32(b, p.element)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	return binary.BigEndian.AppendUint32(b, 1)
}

func bytesOf[T string | []byte](elements []T) int {
	size := 0
	for _, e := range elements {
		size += len(e)
	}
	return size
}
