package directory

import (
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// A Bind says how to log on: Anonymous, Simple, Kerberos or CurrentUser.
type Bind interface {
	// prepare does everything that needs no connection, such as asking for a
	// password, so that this does not count against the connection's timeout.
	prepare() (login, error)
}

// A login logs on over a connection that is already protected.
type login struct {
	account string // for messages
	bind    func(conn *ldap.Conn, host string) error
}

// Anonymous does not log on. It sends no secret, so it is the only bind that is
// allowed without TLS. Active Directory shows an anonymous user only the
// RootDSE; AD LDS on an Edge server can be configured to show more.
type Anonymous struct{}

func (Anonymous) prepare() (login, error) {
	return login{"the anonymous user", func(conn *ldap.Conn, _ string) error {
		return conn.UnauthenticatedBind("")
	}}, nil
}

// Simple logs on with a user name and a password.
type Simple struct {
	User     string // a DN, user@domain or DOMAIN\user
	Password func() ([]byte, error)
}

func (s Simple) prepare() (login, error) {
	if s.User == "" {
		return login{}, errors.New("a simple bind needs a user: a DN, user@domain or DOMAIN\\user")
	}
	secret, err := askPassword(s.Password, s.User)
	return login{s.User, func(conn *ldap.Conn, _ string) error {
		return conn.Bind(s.User, secret)
	}}, err
}

// askPassword rejects an empty password, which would make the bind anonymous.
// It overwrites the answer; the libraries' own copies stay in memory.
func askPassword(ask func() ([]byte, error), user string) (string, error) {
	if ask == nil {
		return "", fmt.Errorf("no password for %s", user)
	}
	secret, err := ask()
	defer clear(secret)
	if err != nil {
		return "", fmt.Errorf("the password of %s: %w", user, err)
	}
	if len(secret) == 0 {
		return "", fmt.Errorf("the password of %s is empty", user)
	}
	return string(secret), nil
}

// CurrentUser logs on as the current Windows user through SSPI, with Kerberos
// and a channel binding token. It fails on other systems.
type CurrentUser struct{}
