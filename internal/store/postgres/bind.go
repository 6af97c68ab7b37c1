package postgres

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// appendBind appends the message that gives a prepared statement its parameters, none of which is NULL, in their binary form (PostgreSQL's
// documentation, "Bind" in "Message Formats"). They are encoded where they are sent from, while pgx would make room for those of each
// statement anew and copy them.
func appendBind(b []byte, types *pgtype.Map, statement *pgconn.StatementDescription, args []any) ([]byte, error) {
	if len(args) != len(statement.ParamOIDs) {
		return b, fmt.Errorf("%d parameters instead of %d for %.40q", len(args), len(statement.ParamOIDs), statement.SQL)
	}
	b = append(b, 'B')
	message := len(b)
	b = append(b, 0, 0, 0, 0, 0) // how long it is, and the portal, which has no name
	b = append(append(b, statement.Name...), 0)
	b = append(b, 0, 1, 0, pgtype.BinaryFormatCode) // one format for all
	b = binary.BigEndian.AppendUint16(b, uint16(len(args)))
	for i, arg := range args {
		size := len(b)
		value, err := types.Encode(statement.ParamOIDs[i], pgtype.BinaryFormatCode, arg, append(b, 0, 0, 0, 0))
		if value == nil && err == nil {
			err = errors.New("it is NULL")
		}
		if err != nil {
			return b[:message-1], fmt.Errorf("parameter %d of %.40q: %w", i+1, statement.SQL, err)
		}
		b = value
		binary.BigEndian.PutUint32(b[size:], uint32(len(b)-size-4))
	}
	b = append(b, 0, 0) // what is answered is text
	binary.BigEndian.PutUint32(b[message:], uint32(len(b)-message))
	return b, nil
}
