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

// refuseEmpty refuses a flag that is given without a value, and a variable that is set to none: an address of nothing is
// every address, and a secret of nothing would be one that nobody meant.
func refuseEmpty(line *kong.Context) error {
	given := make(map[*kong.Flag]bool)
	for _, part := range line.Path {
		if part.Flag == nil {
			continue
		}
		given[part.Flag] = true
		if value, isText := line.FlagValue(part.Flag).(string); isText && value == "" {
			return fmt.Errorf("--%s is empty", part.Flag.Name)
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
