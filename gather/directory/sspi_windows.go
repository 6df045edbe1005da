package directory

import (
	"errors"

	"github.com/go-ldap/ldap/v3"
	"github.com/go-ldap/ldap/v3/gssapi"
)

func (CurrentUser) prepare() (login, error) {
	return login{"the logged-on user", func(conn *ldap.Conn, host string) error {
		state, ok := conn.TLSConnectionState()
		if !ok || len(state.PeerCertificates) == 0 {
			return errors.New("SSPI: expected a TLS connection")
		}
		user, err := gssapi.NewSSPIClientWithChannelBinding(state.PeerCertificates[0])
		if err != nil {
			return err
		}
		defer user.Close()
		return conn.GSSAPIBind(user, "ldap/"+host, "")
	}}, nil
}
