package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transportcert/transportcert/gather/directory"
)

// directoryFlags are the flags that go with --ldap-url: how to reach the
// directory, and as whom to log on.
type directoryFlags struct {
	flags     *pflag.FlagSet
	startTLS  bool
	ca        string
	baseDN    string
	timeout   time.Duration
	anonymous bool
	user      string
	kerberos  bool
	principal string
	keytab    string
	krb5Conf  string
	password  passwordFlag
}

func (d *directoryFlags) addFlags(command *cobra.Command) {
	flags := newFlagSet()
	d.flags = flags
	flags.BoolVar(&d.startTLS, "starttls", false, "with --ldap-url ldap://HOST, start TLS before anything else is sent")
	flags.StringVar(&d.ca, "ldap-ca", "", "trust the certificates in this PEM `FILE` for the directory, instead of this computer's roots")
	flags.StringVar(&d.baseDN, "base-dn", "", "search the directory below this `DN`, instead of the forest's Exchange container")
	flags.DurationVar(&d.timeout, "timeout", directory.DefaultTimeout, "stop if the directory takes longer than this `TIME` in all")
	flags.BoolVar(&d.kerberos, "kerberos", false, "log on to the directory with Kerberos: the ticket that kinit left, or --principal")
	flags.StringVar(&d.principal, "principal", "", "log on as this Kerberos `USER@REALM`, with --keytab or a password")
	flags.StringVar(&d.keytab, "keytab", "", "take the keys of --principal from this `FILE`")
	flags.StringVar(&d.krb5Conf, "krb5-conf", "", "read the Kerberos configuration from this `FILE`, instead of KRB5_CONFIG or /etc/krb5.conf")
	flags.StringVar(&d.user, "user", "", "log on to the directory with this `NAME`, user@domain or a DN, and a password")
	flags.BoolVar(&d.anonymous, "anonymous", false, "search the directory without logging on")
	d.password.addFlags(flags, "password", "--user or --principal")
	command.Flags().AddFlagSet(flags)
	_ = command.MarkFlagFilename("ldap-ca", "pem", "crt", "cer")
}

// check finds out what is wrong with the flags. currentUser says whether this
// system has a logged-on user to log on as.
func (d *directoryFlags) check(currentUser bool) error {
	chosen := 0
	for _, bind := range []bool{d.kerberos, d.user != "", d.anonymous} {
		if bind {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return usagef("expected one of --kerberos, --user and --anonymous")
	case !d.kerberos && (d.principal != "" || d.keytab != "" || d.krb5Conf != ""):
		return usagef("--principal, --keytab and --krb5-conf require --kerberos")
	case d.keytab != "" && d.principal == "":
		return usagef("--keytab requires --principal USER@REALM")
	case d.password.given() && d.user == "" && (d.principal == "" || d.keytab != ""):
		return usagef("--password-file and --password-env require --user, or with --principal without --keytab")
	case chosen == 0 && !currentUser:
		return usagef("no credentials: pass --kerberos (after kinit), --user NAME or --anonymous")
	case d.timeout <= 0:
		return usagef("--timeout: expected a time such as 30s or 5m, found %s", d.timeout)
	}
	return d.password.check()
}

func (d *directoryFlags) bind(command *cobra.Command) directory.Bind {
	ask := func(of string) func() ([]byte, error) {
		return func() ([]byte, error) { return d.password.read(command, of) }
	}
	switch {
	case d.anonymous:
		return directory.Anonymous{}
	case d.user != "":
		return directory.Simple{User: d.user, Password: ask(d.user)}
	case !d.kerberos:
		return directory.CurrentUser{}
	}
	bind := directory.Kerberos{Principal: d.principal, Keytab: d.keytab, Config: d.krb5Conf}
	if d.principal != "" && d.keytab == "" {
		bind.Password = ask(d.principal)
	}
	return bind
}
