package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/server"
)

type databaseFlags struct {
	DB string `default:"callout.db" help:"Where the orders are: the path of an SQLite file, or a postgres:// URL." predictor:"file"`
}

type tokenFlags struct {
	Secret     string `help:"Secret of HS256 tokens, at least 32 bytes. Better given as CALLOUT_SECRET or in a file."`
	SecretFile string `help:"File with that secret. Without any key, one is made beside the database." placeholder:"FILE" predictor:"file"`
	JWKS       string `help:"URL of the public keys of tokens signed by others." placeholder:"URL"`
	Audience   string `help:"What a token's aud has to name."`
	Issuer     string `help:"What a token's iss has to be."`
	RoleClaim  string `default:"role" help:"Which claim of a token is the user's role."`
}

// tokens says which tokens are good: those of the keys that are given, or of the secret beside the database.
func (f *tokenFlags) tokens(db string, log *slog.Logger) (server.TokenConfig, error) {
	config := server.TokenConfig{JWKS: f.JWKS, Audience: f.Audience, Issuer: f.Issuer, RoleClaim: f.RoleClaim, Log: log}
	switch {
	case f.Secret != "" && f.SecretFile != "":
		return config, errors.New("--secret and --secret-file are one too many")
	case f.Secret != "":
		config.Secret = []byte(f.Secret)
	case f.SecretFile != "":
		secret, err := readSecret(f.SecretFile)
		if err != nil {
			return config, err
		}
		config.Secret = secret
	case f.JWKS == "":
		path := secretBeside(db)
		made, err := makeSecret(path)
		if err != nil {
			return config, err
		}
		if made {
			log.Info("a secret for tokens has been made; `callout token` reads it", "file", path)
		}
		config.Secret, err = readSecret(path)
		if err != nil {
			return config, err
		}
	default:
		return config, nil
	}
	if len(config.Secret) < server.MinSecret {
		return config, fmt.Errorf("the secret has %d bytes; HS256 needs at least %d", len(config.Secret), server.MinSecret)
	}
	return config, nil
}

// check says what is wrong with the flags whatever the keys are.
func (f *tokenFlags) check() error {
	if u, err := url.Parse(f.JWKS); f.JWKS != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return fmt.Errorf("--jwks is %q; it is like https://id.example.org/keys", f.JWKS)
	}
	return checkRoleClaim(f.RoleClaim)
}

// checkRoleClaim refuses the claims that say something else of a token (RFC 7519, section 4.1).
func checkRoleClaim(name string) error {
	if slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}, name) {
		return fmt.Errorf("--role-claim is %s, which says something else of a token", name)
	}
	return nil
}

// secretBeside is where the secret is that goes with a database.
func secretBeside(db string) string {
	if (node.Database{Name: db}).IsPostgres() {
		return "callout.secret"
	}
	return db + ".secret"
}

// makeSecret writes a new secret, unless there is one. It is there whole or not at all.
func makeSecret(path string) (made bool, err error) {
	if _, err := os.Stat(path); err == nil {
		return false, nil
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return false, fmt.Errorf("make a secret for tokens: %w", err)
	}
	defer os.Remove(file.Name())
	secret := make([]byte, server.MinSecret)
	_, _ = rand.Read(secret) // never fails
	_, err = fmt.Fprintln(file, hex.EncodeToString(secret))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return false, fmt.Errorf("write a secret for tokens: %w", err)
	}
	switch err := os.Link(file.Name(), path); {
	case errors.Is(err, fs.ErrExist): // another process was faster
		return false, nil
	case err != nil:
		return false, fmt.Errorf("write a secret for tokens: %w", err)
	}
	return true, nil
}

// readSecret reads a secret: the file's content without the line break at its end.
func readSecret(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret for tokens: %w", err)
	}
	for len(data) > 0 && (data[len(data)-1] == '\n' || data[len(data)-1] == '\r') {
		data = data[:len(data)-1]
	}
	return data, nil
}
