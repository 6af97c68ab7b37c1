package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/willabides/kongplete"
)

type completionCommand struct{}

// Run prints, for the user's login shell, where the program is that completes. A program that "go run" has built is not
// there for long, nor in a place to be named.
func (completionCommand) Run(line *kong.Context) error {
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if strings.Contains(path, "go-build") {
		return errors.New("completion needs a program that stays where it is: go install ./cmd/callout, then callout completion")
	}
	return new(kongplete.InstallCompletions).BeforeApply(line)
}
