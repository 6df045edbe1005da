package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transportcert/transportcert/gather/certstore"
)

// storeFlags are the flags that go with --store.
type storeFlags struct {
	flags    *pflag.FlagSet
	services []string
	password passwordFlag

	parsed certstore.Services
}

func (s *storeFlags) addFlags(command *cobra.Command) {
	flags := newFlagSet()
	s.flags = flags
	flags.StringArrayVar(&s.services, "services", nil, "say which services a certificate of --store is enabled for, as in `THUMBPRINT=SMTP,IIS` (8 digits of it will do); can be repeated")
	s.password.addFlags(flags, "pfx-password", "PKCS#12 files")
	command.Flags().AddFlagSet(flags)
}

func (s *storeFlags) check() (err error) {
	if s.parsed, err = certstore.ParseServices(s.services...); err != nil {
		return usageError{err}
	}
	return s.password.check()
}
