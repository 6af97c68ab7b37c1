package wiretest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Dialect is what is spoken over a socket: a channel of the page.
type Dialect string

const (
	Native  Dialect = "native"
	Classic Dialect = "classic"
)

// DialectAt is what is spoken at a path of the server.
func DialectAt(path string) Dialect {
	if strings.HasPrefix(path, "/order") {
		return Classic
	}
	return Native
}

// FromServer says in what a frame that a server has sent is not as the page says.
func (d Dialect) FromServer(frame []byte) error {
	p, err := thePage()
	if err != nil {
		return err
	}
	return p.server.check(d, "server", frame)
}

// FromClient says in what a frame that a client of ours has sent is not as the page says, or says more than servers read.
func (d Dialect) FromClient(frame []byte) error {
	p, err := thePage()
	if err != nil {
		return err
	}
	return p.ours.check(d, "client", frame)
}

func (s schemas) check(d Dialect, side string, frame []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(frame))
	if err != nil {
		return fmt.Errorf("the %s sends what is no JSON: %.500q: %w", side, frame, err)
	}
	object, _ := value.(map[string]any)
	kind, _ := object["type"].(string)
	if s[d][""] != nil { // this side has frames of one type alone, which do not say it
		kind = ""
	}
	schema := s[d][kind]
	if schema == nil {
		return fmt.Errorf("the %s sends a frame of a type that docs/asyncapi.yaml does not have: %.500s", side, frame)
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("the %s sends a frame that is not as docs/asyncapi.yaml says: %.1000s: %w", side, frame, err)
	}
	return nil
}
