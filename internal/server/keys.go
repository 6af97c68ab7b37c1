package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

const (
	keysTimeout   = 4 * time.Second  // of one fetch; less than what a server waits for a verification
	keysEvery     = 10 * time.Minute // how often they are fetched anew, so that a key that was withdrawn ends
	keysUnknown   = 10 * time.Second // how often they are fetched, at most, because a token names a key that is not among them
	keysQueueTime = time.Second      // how long such a token waits for that
)

// keys are the public keys that a URL serves.
type keys struct {
	keyfunc.Keyfunc
	away atomic.Bool // the last attempt to fetch them came to nothing
}

// errKeysAway says that a token may be good, but its key could not be looked up.
var errKeysAway = errors.New("the keys that tokens are verified by cannot be fetched now")

// newKeys fetches the keys at a URL, and again now and then until ctx ends. Keys that cannot be fetched are logged.
func newKeys(ctx context.Context, address string, log *slog.Logger) (*keys, error) {
	k := &keys{}
	var err error
	k.Keyfunc, err = keyfunc.NewDefaultOverrideCtx(ctx, []string{address}, keyfunc.Override{
		Client:            &http.Client{Transport: watched{http.DefaultTransport, &k.away}},
		HTTPTimeout:       keysTimeout,
		RateLimitWaitMax:  keysQueueTime,
		RefreshInterval:   keysEvery,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(keysUnknown), 1),
		RefreshErrorHandlerFunc: func(string) func(context.Context, error) {
			return func(_ context.Context, err error) {
				k.away.Store(true)
				log.Error("the keys of tokens could not be fetched", "from", place(address), "err", withoutAddress(err))
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read the keys at %s: %w", place(address), withoutAddress(err))
	}
	return k, nil
}

// place is an address as it may be shown: without user, password and parameters.
func place(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is no URL"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// withoutAddress is what an error of a request says beside the address.
func withoutAddress(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

// find is the key that a token names, or all of them if it names none. The error is errKeysAway if a key is not known
// only because it could not be fetched: anybody can send tokens that name unknown keys, and must not be able to have
// those refused for good whose key is new.
func (k *keys) find(ctx context.Context) jwt.Keyfunc {
	return func(token *jwt.Token) (any, error) {
		if kid, ok := token.Header["kid"].(string); ok {
			_, err := k.Storage().KeyRead(ctx, kid)
			switch {
			case err == nil:
			case errors.Is(err, jwkset.ErrKeyNotFound) && !k.away.Load():
				return nil, err
			default:
				return nil, errKeysAway
			}
		}
		key, err := k.KeyfuncCtx(ctx)(token)
		if all, ok := key.(jwt.VerificationKeySet); ok && len(all.Keys) == 0 && k.away.Load() {
			return nil, errKeysAway
		}
		return key, err
	}
}

// watched is a transport that notes whether an answer came at all.
type watched struct {
	http.RoundTripper
	away *atomic.Bool
}

func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.RoundTripper.RoundTrip(r)
	w.away.Store(err != nil)
	return response, err
}
