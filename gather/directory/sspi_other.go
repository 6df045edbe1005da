//go:build !windows

package directory

import "errors"

func (CurrentUser) prepare() (login, error) {
	return login{}, errors.New("only Windows has a logged-on user to bind as: use Kerberos or a password")
}
