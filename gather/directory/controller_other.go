//go:build !windows

package directory

import "errors"

// DomainController fails: only Windows knows the domain of this computer.
func DomainController() (string, error) {
	return "", errors.New("the domain of this computer can only be found on Windows")
}
