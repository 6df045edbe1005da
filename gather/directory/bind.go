package directory

import (
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// A Bind says as whom to log on: Anonymous, Simple, Kerberos or CurrentUser.
type Bind interface {
	// prepare does what needs no connection, such as to ask for a password,
	// so that it takes nothing from the conversation's time.
	prepare() (login, error)
}

// A login logs on over a connection that is protected already.
type login struct {
	account string // for messages
	bind    func(conn *ldap.Conn, host string) error
}

// Anonymous does not log on. Since no secret is sent, it is the one bind that is
// allowed without TLS. Active Directory shows an anonymous user the RootDSE and no
// more; AD LDS on an Edge server may have been set up otherwise.
type Anonymous struct{}

func (Anonymous) prepare() (login, error) {
	return login{"the anonymous user", func(conn *ldap.Conn, _ string) error {
		return conn.UnauthenticatedBind("")
	}}, nil
}

// Simple logs on with a name and a password.
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

// askPassword refuses an empty password, which makes a bind anonymous. It
// overwrites the answer; the libraries' own copies stay in memory.
func askPassword(ask func() ([]byte, error), user string) (string, error) {
	if ask == nil {
		return "", fmt.Errorf("there is no password for %s", user)
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

// CurrentUser logs on as the user who runs this on Windows, through SSPI, with
// Kerberos and a channel binding token. Other systems refuse it.
type CurrentUser struct{}
