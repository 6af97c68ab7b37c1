package wiretest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readPage(t *testing.T) *page {
	t.Helper()
	p, err := thePage()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryReferenceOfThePageLeadsSomewhere(t *testing.T) {
	p := readPage(t)
	used := make(map[string]bool)
	each(p.document, "#", func(at string, object map[string]any) {
		to, ok := object["$ref"].(string)
		if !ok {
			return
		}
		used[to] = true
		if len(object) > 1 {
			t.Errorf("%s: what stands beside a $ref is not read", at)
		}
		if find(p.document, to) == nil {
			t.Errorf("%s: there is no %s", at, to)
		}
	})
	for name := range p.Components.Schemas {
		if !used["#/components/schemas/"+name] {
			t.Errorf("nothing refers to the schema %s", name)
		}
	}
	for name := range p.Components.Messages {
		if !used["#/components/messages/"+name] {
			t.Errorf("nothing refers to the message %s", name)
		}
	}
}

func TestEveryMessageOfAChannelIsSentOrReceivedThere(t *testing.T) {
	p := readPage(t)
	used := make(map[Dialect]map[string]bool)
	for name, o := range p.Operations {
		if o.Action != "send" && o.Action != "receive" || len(o.Messages) == 0 {
			t.Errorf("%s does %q with %d messages", name, o.Action, len(o.Messages))
		}
		if o.Reply.Channel.To != "" && o.Reply.Channel != o.Channel {
			t.Errorf("%s is answered elsewhere", name)
		}
		for _, r := range append(slices.Clone(o.Messages), o.Reply.Messages...) {
			message, ok := strings.CutPrefix(r.To, o.Channel.To+"/messages/")
			d := Dialect(strings.TrimPrefix(o.Channel.To, "#/channels/"))
			if !ok || p.Channels[d].Messages[message].To != "#/components/messages/"+message {
				t.Errorf("%s has the message %s, which is not its channel's", name, r.To)
			}
			if used[d] == nil {
				used[d] = make(map[string]bool)
			}
			used[d][message] = true
		}
	}
	for d, channel := range p.Channels {
		got, want := slices.Sorted(maps.Keys(used[d])), slices.Sorted(maps.Keys(channel.Messages))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s has other messages than its operations:\n%s", d, diff)
		}
	}
}

// TestTheServerSaysNothingThatThePageDoesNotName: of all objects that it sends, the keys are known, but for those that pass through.
func TestTheServerSaysNothingThatThePageDoesNotName(t *testing.T) {
	p := readPage(t)
	send, _ := p.messages()
	seen := make(map[string]bool)
	var look func(at string)
	look = func(at string) {
		if seen[at] {
			return
		}
		seen[at] = true
		each(find(p.document, at), at, func(at string, object map[string]any) {
			if to, ok := object["$ref"].(string); ok {
				look(to)
			}
			if _, said := object["additionalProperties"].(bool); object["type"] == "object" && !said {
				t.Errorf("%s does not say whether it has other keys", at)
			}
		})
	}
	for _, names := range send {
		for _, name := range names {
			look("#/components/messages/" + name + "/payload")
		}
	}
	var open []string
	for at := range seen {
		if object, ok := find(p.document, at).(map[string]any); ok && object["additionalProperties"] == true {
			open = append(open, strings.TrimPrefix(at, "#/components/schemas/"))
		}
	}
	slices.Sort(open)
	want := []string{"EventExtra", "ExtraOfAnswer", "ExtraOfChange", "ExtraOfPayment", "ExtraOfPlaced", "ExtraOfReason", "ExtraOfVerification"}
	if diff := cmp.Diff(want, open); diff != "" {
		t.Errorf("other keys may be in:\n%s", diff)
	}
}

func TestAPageThatIsBrokenIsNotRead(t *testing.T) {
	for what, text := range map[string]string{
		"no YAML":             "\t",
		"a list":              "[]",
		"no schema":           "operations: {o: {action: send, messages: [{$ref: '#/channels/native/messages/A'}]}}",
		"a schema that is no": "{operations: {o: {action: receive, messages: [{$ref: '#/channels/native/messages/A'}]}}, components: {messages: {A: {payload: {type: 5}}}}}",
		"a reference to none": "{operations: {o: {action: send, messages: [{$ref: '#/channels/native/messages/A'}]}}, components: {messages: {A: {payload: {$ref: '#/nowhere'}}}}}",
	} {
		if p, err := newPage(text); err == nil {
			t.Errorf("%s is read as %+v", what, p)
		}
	}
}

// each calls f with every object in v, and where it is.
func each(v any, at string, f func(at string, object map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		f(at, v)
		for key, value := range v {
			each(value, at+"/"+key, f)
		}
	case []any:
		for _, value := range v {
			each(value, at, f)
		}
	}
}

// find is what a reference within a document leads to, nil if to nothing.
func find(document any, to string) any {
	steps := strings.Split(to, "/")
	if steps[0] != "#" {
		return nil
	}
	for _, step := range steps[1:] {
		object, _ := document.(map[string]any)
		document = object[step]
	}
	return document
}
