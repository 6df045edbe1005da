//go:build !windows

package directory

import "errors"

func (CurrentUser) prepare() (login, error) {
	return login{}, errors.New("binding as the logged-on user works only on Windows: use Kerberos or a password")
}
