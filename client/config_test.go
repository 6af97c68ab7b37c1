package client_test

import (
	"context"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

func TestAddresses(t *testing.T) {
	for base, want := range map[string]string{
		"http://h":                      "ws://h/v1/socket",
		"https://h:8443/":               "wss://h:8443/v1/socket",
		"https://h/behind/proxy":        "wss://h/behind/proxy/v1/socket",
		"http://h/v1/socket":            "ws://h/v1/socket",
		"ws://h":                        "ws://h/v1/socket",
		"wss://h/":                      "wss://h/v1/socket",
		"wss://h/somewhere/else?x=1":    "wss://h/somewhere/else?x=1",
		"http://[::1]:80/v1/socket?x=1": "ws://[::1]:80/v1/socket?x=1",
	} {
		s, err := client.NewSocket(clientConfig(base, "c-1"))
		if err != nil || s.URL != want {
			t.Errorf("%s becomes %v, %v, not %s", base, s, err, want)
		}
	}
}

func TestWhatIsWrongWithAConfig(t *testing.T) {
	good := clientConfig("http://h", "c-1")
	for what, change := range map[string]func(*client.Config){
		"scheme":   func(c *client.Config) { c.URL = "ftp://h" },
		"host":     func(c *client.Config) { c.URL = "http:///x" },
		"URL":      func(c *client.Config) { c.URL = "http://h:port" },
		"UserID":   func(c *client.Config) { c.UserID = "" },
		"userId":   func(c *client.Config) { c.UserID = "system"; c.Token = noToken },
		"Role":     func(c *client.Config) { c.Role = callout.System },
		"Device":   func(c *client.Config) { c.Device = "a b" },
		"negative": func(c *client.Config) { c.Window = -1 },
	} {
		config := good
		change(&config)
		if _, err := client.NewSocket(config); err == nil || !strings.HasPrefix(err.Error(), "client: ") {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := client.NewBloc(config); err == nil {
			t.Errorf("%s: a Bloc takes it", what)
		}
	}
}

func noToken(context.Context) (string, error) { return "", nil }
