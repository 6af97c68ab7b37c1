package callout

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Orders and extras are encoded by hand: each command's are, several times, and encoding/json took a tenth of a server's time.
// A test holds what comes out against encoding/json.

// AppendJSON appends the JSON form of o to b.
func (o *Order) AppendJSON(b []byte) []byte {
	b = appendString(append(b, `{"id":`...), o.ID)
	b = appendInt(b, `,"version":`, o.Version)
	b = appendInt(b, `,"statusCode":`, int64(o.Status))
	if o.ClientID == "" { // the closed view, of which nothing else is left
		return append(b, '}')
	}
	b = appendString(append(b, `,"clientId":`...), o.ClientID)
	b = appendText(b, `,"servicemanId":`, o.ServicemanID)
	if len(o.Receivers) > 0 {
		b = append(b, `,"receivers":[`...)
		for i, id := range o.Receivers {
			b = appendString(appendComma(b, i), id)
		}
		b = append(b, ']')
	}
	b = appendServices(append(b, `,"services":`...), o.Services)
	b = appendText(b, `,"currency":`, o.Currency)
	b = appendInt(b, `,"total":`, o.Total)
	if o.Change != nil {
		b = o.Change.appendJSON(append(b, `,"change":`...))
	}
	if p := o.Payment; p != nil {
		b = appendString(append(b, `,"payment":{"method":`...), string(p.Method))
		b = appendInt(b, `,"amount":`, p.Amount)
		b = append(appendText(b, `,"reference":`, p.Reference), '}')
	}
	if o.Place != nil {
		b = o.Place.appendJSON(append(b, `,"place":`...))
	}
	b = appendText(b, `,"note":`, o.Note)
	b = appendCount(b, `,"changesApproved":`, o.ChangesApproved)
	b = appendCount(b, `,"changesDeclined":`, o.ChangesDeclined)
	b = appendCount(b, `,"paymentsRejected":`, o.PaymentsRejected)
	b = appendTime(append(b, `,"placedAt":`...), o.PlacedAt)
	if !o.DueAt.IsZero() {
		b = appendTime(append(b, `,"dueAt":`...), o.DueAt)
	}
	return append(b, '}')
}

// MarshalJSON implements [json.Marshaler].
func (o Order) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

func (c *Change) appendJSON(b []byte) []byte {
	b = appendInt(b, `{"id":`, c.ID)
	b = appendServices(append(b, `,"services":`...), c.Services)
	b = appendInt(b, `,"total":`, c.Total)
	b = appendText(b, `,"reason":`, c.Reason)
	return append(appendTime(append(b, `,"dueAt":`...), c.DueAt), '}')
}

func (p *Place) appendJSON(b []byte) []byte {
	open := len(b)
	b = appendText(b, `,"area":`, p.Area)
	b = appendText(b, `,"address":`, p.Address)
	b = appendDegrees(b, `,"lat":`, p.Lat)
	b = appendDegrees(b, `,"lon":`, p.Lon)
	return closeObject(b, open)
}

// AppendJSON appends the JSON form of e to b: the fields that are set, then More in the order of its keys, so that equal
// extras have equal bytes. What is in More has to be JSON.
func (e *Extra) AppendJSON(b []byte) ([]byte, error) {
	open := len(b)
	if len(e.Services) > 0 {
		b = appendServices(append(b, `,"services":`...), e.Services)
	}
	b = appendText(b, `,"currency":`, e.Currency)
	if e.Place != nil {
		b = e.Place.appendJSON(append(b, `,"place":`...))
	}
	b = appendText(b, `,"note":`, e.Note)
	b = appendCount(b, `,"offerSeconds":`, e.OfferSeconds)
	b = appendCount(b, `,"changeId":`, e.ChangeID)
	b = appendText(b, `,"method":`, string(e.Method))
	if e.Amount != nil {
		b = appendInt(b, `,"amount":`, *e.Amount)
	}
	b = appendText(b, `,"reference":`, e.Reference)
	b = appendText(b, `,"reason":`, e.Reason)
	if len(e.More) > 0 {
		for _, key := range slices.Sorted(maps.Keys(e.More)) {
			b = append(appendString(append(b, ','), key), ':')
			compact, err := json.Marshal(e.More[key])
			if err != nil {
				return nil, err
			}
			b = append(b, compact...)
		}
	}
	return closeObject(b, open), nil
}

// MarshalJSON implements [json.Marshaler].
func (e Extra) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil) }

func appendServices(b []byte, services []Service) []byte {
	b = append(b, '[')
	for i, s := range services {
		b = appendString(append(appendComma(b, i), `{"service":`...), s.Service)
		b = appendInt(b, `,"quantity":`, s.Quantity)
		b = append(appendInt(b, `,"unitPrice":`, s.UnitPrice), '}')
	}
	return append(b, ']')
}

func appendComma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// closeObject makes an object of the members behind open, each of which begins with a comma.
func closeObject(b []byte, open int) []byte {
	if len(b) == open {
		return append(b, '{', '}')
	}
	b[open] = '{'
	return append(b, '}')
}

func appendInt(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(append(b, key...), n, 10)
}

// appendText appends a member that is left out when it is empty; so do the next two when there is nothing.
func appendText(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(append(b, key...), s)
}

func appendCount[N int | int64](b []byte, key string, n N) []byte {
	if n == 0 {
		return b
	}
	return appendInt(b, key, int64(n))
}

func appendDegrees(b []byte, key string, degrees *float64) []byte {
	if degrees == nil {
		return b
	}
	return strconv.AppendFloat(append(b, key...), *degrees, 'f', -1, 64)
}

func appendTime(b []byte, t time.Time) []byte {
	b = t.AppendFormat(append(b, '"'), time.RFC3339Nano)
	return append(b, '"')
}

// appendString appends a string as encoding/json writes it, which escapes some more characters than it must.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string always can
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
