package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/alecthomas/kong"

	"github.com/calloutd/callout"
)

// refuseEmpty refuses an argument that is given and says nothing, and a variable that is set to nothing: an address of
// nothing is every address, a device of nothing all of them, and a secret of nothing one that nobody meant.
func refuseEmpty(line *kong.Context) error {
	given := make(map[*kong.Flag]bool)
	for _, part := range line.Path {
		name := ""
		switch {
		case part.Flag != nil:
			given[part.Flag] = true
			name = "--" + part.Flag.Name
		case part.Positional != nil:
			name = "<" + part.Positional.Name + ">"
		default:
			continue
		}
		if value := line.Value(part); value.Kind() == reflect.String && value.Len() == 0 {
			return errors.New(name + " is empty")
		}
	}
	for _, flag := range line.Flags() {
		if given[flag] {
			continue
		}
		for _, name := range flag.Envs {
			if value, set := os.LookupEnv(name); set && value == "" {
				return fmt.Errorf("%s is set but empty: unset it, or say what --%s is", name, flag.Name)
			}
		}
	}
	return nil
}

// decodeDuration reads a duration that is not negative. Left to itself, kong takes what begins with a dash for a flag.
func decodeDuration(ctx *kong.DecodeContext, target reflect.Value) error {
	token := ctx.Scan.Pop()
	d, err := time.ParseDuration(token.String())
	switch {
	case token.IsEOL():
		return errors.New("a duration is missing, such as 10m or 24h")
	case err != nil:
		return fmt.Errorf("%q is no duration, such as 10m or 24h", token)
	case d < 0:
		return fmt.Errorf("%s is less than nothing", token)
	}
	target.SetInt(int64(d))
	return nil
}

// plain is an error of the rules without its code: what is wrong with a flag is no refusal.
func plain(err error) error {
	var refusal *callout.Error
	if errors.As(err, &refusal) {
		return errors.New(refusal.Message)
	}
	return err
}
