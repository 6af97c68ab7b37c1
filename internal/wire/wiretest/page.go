// Package wiretest holds frames to docs/asyncapi.yaml, the page that describes the socket to programs. Tests that speak over a
// socket show it what goes over, so that the page cannot fall behind.
package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/calloutd/callout/docs"
)

// location is what schemas call the page.
const location = "file:///docs/asyncapi.yaml"

// page is the page, and what it says of frames.
type page struct {
	outline
	document any     // the page as JSON
	server   schemas // of what a server sends
	client   schemas // of what a client may send
	ours     schemas // of what a client of ours sends, who says nothing in vain: no key that is ignored
}

// outline is what the page is made of, as far as it is no schema.
type outline struct {
	Channels   map[Dialect]struct{ Messages map[string]ref }
	Operations map[string]operation
	Components struct {
		Messages map[string]message
		Schemas  map[string]any
	}
}

type operation struct {
	Action   string
	Channel  ref
	Messages []ref
	Reply    struct {
		Channel  ref
		Messages []ref
	}
}

type message struct {
	Payload struct {
		Properties struct{ Type struct{ Const string } }
	}
	Examples []struct{ Payload any }
}

type ref struct {
	To string `yaml:"$ref"`
}

// schemas are those of one side's frames, by the dialect and the frame's type.
type schemas map[Dialect]map[string]*jsonschema.Schema

// thePage reads the page once.
var thePage = sync.OnceValues(func() (*page, error) { return newPage(docs.AsyncAPI) })

func newPage(text string) (*page, error) {
	var p page
	var document any
	if err := yaml.Unmarshal([]byte(text), &p.outline); err != nil {
		return nil, fmt.Errorf("read docs/asyncapi.yaml: %w", err)
	}
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return nil, fmt.Errorf("read docs/asyncapi.yaml: %w", err)
	}
	var err error
	if p.document, err = asJSON(document); err != nil {
		return nil, fmt.Errorf("read docs/asyncapi.yaml: %w", err)
	}
	send, receive := p.messages()
	if p.server, err = p.compile(p.document, send); err != nil {
		return nil, err
	}
	if p.client, err = p.compile(p.document, receive); err != nil {
		return nil, err
	}
	p.ours, err = p.compile(closed(p.document), receive)
	return &p, err
}

// asJSON is a value as a schema takes it.
func asJSON(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}

// messages are the names of those that the server sends, answers among them, and of those that it receives.
func (p *page) messages() (send, receive map[Dialect][]string) {
	send, receive = make(map[Dialect][]string), make(map[Dialect][]string)
	add := func(to map[Dialect][]string, refs []ref) {
		for _, r := range refs {
			channel, name, _ := strings.Cut(strings.TrimPrefix(r.To, "#/channels/"), "/messages/")
			to[Dialect(channel)] = append(to[Dialect(channel)], name)
		}
	}
	for _, o := range p.Operations {
		if o.Action == "send" {
			add(send, o.Messages)
		} else {
			add(receive, o.Messages)
		}
		add(send, o.Reply.Messages)
	}
	return send, receive
}

// compile makes the schemas of messages. Formats count.
func (p *page) compile(document any, names map[Dialect][]string) (schemas, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	if err := c.AddResource(location, document); err != nil {
		return nil, fmt.Errorf("take the schemas of docs/asyncapi.yaml: %w", err)
	}
	found := make(schemas)
	for d, names := range names {
		found[d] = make(map[string]*jsonschema.Schema)
		for _, name := range names {
			schema, err := c.Compile(location + "#/components/messages/" + name + "/payload")
			if err != nil {
				return nil, fmt.Errorf("compile the schema of %s: %w", name, err)
			}
			found[d][p.Components.Messages[name].Payload.Properties.Type.Const] = schema
		}
	}
	return found, nil
}

// closed is a document whose objects have the keys that their schemas know and no others, except where the schema says so.
func closed(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = closed(v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v)+1)
		for key, value := range v {
			object[key] = closed(value)
		}
		if _, said := v["additionalProperties"]; !said && v["type"] == "object" && v["properties"] != nil {
			object["additionalProperties"] = false
		}
		return object
	}
	return v
}
