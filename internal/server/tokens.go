package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// TokenConfig says which tokens are good. At least one of Secret and JWKS is needed.
type TokenConfig struct {
	Secret    []byte // of HS256 tokens
	JWKS      string // the URL of the public keys of the others
	Audience  string // what aud has to name; empty: anything
	Issuer    string // what iss has to be; empty: anything
	RoleClaim string // which claim is the role

	Log *slog.Logger // hears when the JWKS cannot be fetched; nil: the default
}

// MinSecret is how many bytes a secret has at least: as many as the hash that it keys (RFC 7518, section 3.2).
const MinSecret = 32

// publicMethods are the algorithms that keys from a JWKS may verify. HS256 is not among them: a public key must never
// be taken for a secret.
func publicMethods() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// Tokens verifies JSON Web Tokens (RFC 7519).
type Tokens struct {
	config  TokenConfig
	secrets *jwt.Parser
	publics *jwt.Parser
	jwks    *keys // nil without a JWKS
}

// NewTokens makes a verifier. With a JWKS it fetches the keys until ctx ends; one that cannot be reached now is tried
// again.
func NewTokens(ctx context.Context, config TokenConfig, clock func() time.Time) (*Tokens, error) {
	if len(config.Secret) > 0 && len(config.Secret) < MinSecret {
		return nil, fmt.Errorf("the secret has %d bytes; HS256 needs at least %d", len(config.Secret), MinSecret)
	}
	options := []jwt.ParserOption{jwt.WithExpirationRequired(), jwt.WithTimeFunc(clock)}
	if config.Audience != "" {
		options = append(options, jwt.WithAudience(config.Audience))
	}
	if config.Issuer != "" {
		options = append(options, jwt.WithIssuer(config.Issuer))
	}
	t := &Tokens{
		config:  config,
		secrets: jwt.NewParser(append(options, jwt.WithValidMethods([]string{"HS256"}))...),
		publics: jwt.NewParser(append(options, jwt.WithValidMethods(publicMethods()))...),
	}
	if config.JWKS != "" {
		if config.Log == nil {
			config.Log = slog.Default()
		}
		var err error
		if t.jwks, err = newKeys(ctx, config.JWKS, config.Log); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Verify finds whose token it is: a user's, or a backend's. Its errors are those of golang-jwt, errNobody, and errKeysAway.
func (t *Tokens) Verify(ctx context.Context, token string) (session.Identity, error) {
	claims := jwt.MapClaims{}
	if err := t.parse(ctx, token, claims); err != nil {
		return session.Identity{}, err
	}
	subject, err := claims.GetSubject()
	if err != nil {
		return session.Identity{}, err
	}
	expires, err := claims.GetExpirationTime()
	if err != nil {
		return session.Identity{}, err
	}
	role, _ := claims[t.config.RoleClaim].(string)
	me := session.Identity{UserID: subject, Role: callout.Role(role), Expires: expires.Time}
	if callout.CheckUserID("sub", subject) != nil || !me.Role.IsUser() && me.Role != callout.Backend {
		return session.Identity{}, errNobody
	}
	return me, nil
}

// errNobody says that a token is good but its subject or role is none of ours.
var errNobody = errors.New("the token's subject or role is none that Callout knows")

// parse verifies by the key that goes with the algorithms that the key is for, so that the token never chooses. What the
// secret has signed is judged by that alone.
func (t *Tokens) parse(ctx context.Context, token string, claims jwt.MapClaims) error {
	err := error(jwt.ErrTokenUnverifiable)
	if len(t.config.Secret) > 0 {
		secret := func(*jwt.Token) (any, error) { return t.config.Secret, nil }
		if _, err = t.secrets.ParseWithClaims(token, claims, secret); !errors.Is(err, jwt.ErrTokenSignatureInvalid) {
			return err
		}
		clear(claims)
	}
	if t.jwks != nil {
		_, err = t.publics.ParseWithClaims(token, claims, t.jwks.find(ctx))
	}
	return err
}

// Mint makes an HS256 token, for `callout token` and tests.
func Mint(secret []byte, me session.Identity, config TokenConfig) (string, error) {
	claims := jwt.MapClaims{"sub": me.UserID, config.RoleClaim: string(me.Role), "exp": me.Expires.Unix()}
	if config.Audience != "" {
		claims["aud"] = config.Audience
	}
	if config.Issuer != "" {
		claims["iss"] = config.Issuer
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return token, nil
}

// identify finds who says a hello, or the code that closes its session.
func (s *Server) identify(ctx context.Context, h wire.Hello) (session.Identity, wire.CloseCode, string) {
	if h.Token != "" {
		return s.verify(ctx, h.Token)
	}
	if !s.config.Session.Dev {
		return session.Identity{}, wire.Unauthenticated, "a token is needed"
	}
	me := session.Identity{UserID: h.UserID, Role: h.Role}
	if err := callout.CheckUserID("userId", h.UserID); err != nil {
		return me, wire.Unauthenticated, err.Error()
	}
	if !h.Role.IsUser() {
		return me, wire.Unauthenticated, "role is none of client, serviceman and operator"
	}
	return me, 0, ""
}

// verify finds which user's token it is, or the code that closes the session.
func (s *Server) verify(ctx context.Context, token string) (session.Identity, wire.CloseCode, string) {
	me, code, reason := s.Identify(ctx, token)
	if code == 0 && me.Role == callout.Backend {
		return session.Identity{}, wire.Forbidden, "a backend has no sessions; it has the HTTP API"
	}
	return me, code, reason
}

// Identify finds whose token it is, or the code that a session would be closed with. What exactly is wrong with a token is for
// the log: whoever forges one learns nothing.
func (s *Server) Identify(ctx context.Context, token string) (session.Identity, wire.CloseCode, string) {
	if s.config.Tokens == nil {
		return session.Identity{}, wire.Unauthenticated, "tokens are not taken here"
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.ReadTimeout)
	defer cancel()
	me, err := s.config.Tokens.Verify(ctx, token)
	switch {
	case err == nil:
		return me, 0, ""
	case errors.Is(err, errNobody):
		return me, wire.Forbidden, errNobody.Error()
	case errors.Is(err, jwt.ErrTokenExpired):
		return me, wire.TokenExpired, "the token has expired"
	case errors.Is(err, errKeysAway):
		return me, wire.Overloaded, errKeysAway.Error()
	}
	s.config.Log.Info("a token was refused", "err", fmt.Sprintf("%.300s", err))
	return me, wire.Unauthenticated, "the token is not good"
}
