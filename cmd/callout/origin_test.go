package main

import (
	"slices"
	"strings"
	"testing"
)

func TestOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	got, err := origins([]string{
		"https://app.example.org", "HTTPS://App.Example.org/", "https://app.example.org:443", "http://localhost:5173/", "http://localhost:80",
		"https://example.org:80", "capacitor://localhost", "http://[::1]:3000", "http://[::1]:80/", "*",
	})
	want := []string{
		"https://app.example.org", "https://app.example.org", "https://app.example.org", "http://localhost:5173", "http://localhost",
		"https://example.org:80", "capacitor://localhost", "http://[::1]:3000", "http://[::1]", "*",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, none := range []string{
		"app.example.org", "localhost:5173", "https://", "https:///", "https://app.example.org/shop", "https://app.example.org//", "https://me@example.org",
		"https://app.example.org?x", "https://app.example.org?", "https://*.example.org", "https://bücher.example",
		"https://a b", "https://a:b", "null", "file:///", "", "//example.org", "https:app.example.org",
	} {
		if got, err := origins([]string{"*", none}); err == nil || !strings.Contains(err.Error(), "is the origin of no page") {
			t.Errorf("%q is taken for %v, %v", none, got, err)
		}
	}
}
