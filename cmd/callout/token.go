package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/session"
)

type tokenCommand struct {
	databaseFlags
	Secret     string        `help:"Secret of HS256 tokens, as given to serve."`
	SecretFile string        `help:"File with that secret. Without any, the one beside the database is read." placeholder:"FILE" predictor:"file"`
	Audience   string        `help:"The token's aud."`
	Issuer     string        `help:"The token's iss."`
	RoleClaim  string        `default:"role" help:"Which claim is the role."`
	User       string        `required:"" help:"Whose token it is."`
	Role       string        `required:"" enum:"client,serviceman,operator,backend" help:"client, serviceman, operator, or backend for your own server."`
	For        time.Duration `default:"24h" help:"How long it is good."`
}

// Run prints a token.
func (c *tokenCommand) Run() error {
	if err := callout.CheckUserID("--user", c.User); err != nil {
		return plain(err)
	}
	if err := checkRoleClaim(c.RoleClaim); err != nil {
		return err
	}
	if c.For == 0 {
		return errors.New("--for is more than nothing")
	}
	flags := tokenFlags{Secret: c.Secret, SecretFile: c.SecretFile, Audience: c.Audience, Issuer: c.Issuer, RoleClaim: c.RoleClaim}
	if flags.Secret == "" && flags.SecretFile == "" {
		flags.SecretFile = secretBeside(c.DB)
		if _, err := os.Stat(flags.SecretFile); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no secret at %s: start `callout serve` on this database first, or give --secret-file", flags.SecretFile)
		}
	}
	config, err := flags.tokens(c.DB, slog.Default())
	if err != nil {
		return err
	}
	token, err := server.Mint(config.Secret, session.Identity{
		UserID: c.User, Role: callout.Role(c.Role), Expires: time.Now().Add(c.For),
	}, config)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}
