package directory

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/go-ldap/ldap/v3/gssapi"
	"github.com/jcmturner/gokrb5/v8/client"
)

// Kerberos logs on with a ticket for ldap/HOST, where HOST is the host in the
// URL. It uses the keytab if there is one, otherwise the password if there is
// one, otherwise the credential cache that kinit created.
type Kerberos struct {
	Principal string                 // user@REALM; not used with a credential cache, which has its own
	Keytab    string                 // file
	Password  func() ([]byte, error) // nil: none
	Cache     string                 // file; empty: KRB5CCNAME, else /tmp/krb5cc_UID
	Config    string                 // file; empty: KRB5_CONFIG, else /etc/krb5.conf
}

func (k Kerberos) prepare() (login, error) {
	krb, from, err := k.client()
	if err != nil {
		return login{}, fmt.Errorf("Kerberos, %s: %w", from, err)
	}
	account := krb.Credentials.UserName() + "@" + krb.Credentials.Domain()
	return login{account, func(conn *ldap.Conn, host string) error {
		defer krb.Close()
		if err := krb.Login(); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		return conn.GSSAPIBind(krb, "ldap/"+host, "")
	}}, nil
}

// client also returns where its credentials come from, for messages.
func (k Kerberos) client() (krb *gssapi.Client, from string, err error) {
	config := cmp.Or(k.Config, os.Getenv("KRB5_CONFIG"), "/etc/krb5.conf")
	// gokrb5 mistakes a domain controller's answer about FAST for an error.
	noFAST := client.DisablePAFXFAST(true)
	user, realm, _ := strings.Cut(k.Principal, "@")
	withPrincipal := k.Keytab != "" || k.Password != nil
	switch {
	case withPrincipal && (user == "" || realm == ""):
		return nil, fmt.Sprintf("principal %q", k.Principal), errors.New("expected user@REALM")
	case k.Keytab != "":
		krb, err = gssapi.NewClientWithKeytab(user, realm, k.Keytab, config, noFAST)
		return krb, "keytab " + k.Keytab, err
	case k.Password != nil:
		secret, err := askPassword(k.Password, k.Principal)
		if err != nil {
			return nil, "password", err
		}
		krb, err = gssapi.NewClientWithPassword(user, realm, secret, config, noFAST)
		return krb, "password", err
	}

	cache := cmp.Or(k.Cache, os.Getenv("KRB5CCNAME"), "/tmp/krb5cc_"+strconv.Itoa(os.Getuid()))
	from = "credential cache " + cache + " (created by kinit)"
	kind, file, typed := strings.Cut(cache, ":")
	switch {
	case !typed || len(kind) < 2 || strings.ToUpper(kind) != kind:
		file = cache
	case kind != "FILE":
		return nil, from, errors.New("only a credential cache in a file can be read: use kinit -c FILE:NAME")
	}
	// gokrb5 trusts the lengths in the file.
	defer func() {
		if recover() != nil {
			err = errors.New("it is damaged, or not a credential cache")
		}
	}()
	krb, err = gssapi.NewClientFromCCache(file, config, noFAST)
	return krb, from, err
}
