// How does a backend in Go verify the gateway's token? Reads it on stdin, prints its subject.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// verify returns the claims of a token that the gateway made for this backend, now.
func verify(raw string, keys keyfunc.Keyfunc, issuer, audience string) (*jwt.RegisteredClaims, error) {
	claims := &jwt.RegisteredClaims{}
	token, err := jwt.ParseWithClaims(raw, claims, keys.Keyfunc,
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(5*time.Second),
	)
	if err != nil {
		return nil, err
	}
	if token.Header["typ"] != "JWT" {
		return nil, errors.New("token has another type")
	}
	if claims.Subject == "" {
		return nil, errors.New("token has no subject")
	}
	return claims, nil
}

func run() error {
	// Once, at start: it fetches the keys and keeps them fresh in the background.
	keys, err := keyfunc.NewDefaultCtx(context.Background(), []string{os.Getenv("JWKS_URI")})
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	claims, err := verify(strings.TrimSpace(string(raw)), keys, os.Getenv("ISSUER"), os.Getenv("AUDIENCE"))
	if err != nil {
		return err
	}
	fmt.Println(claims.Subject)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}
