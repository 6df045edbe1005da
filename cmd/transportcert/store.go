package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transportcert/transportcert/gather"
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
	flags.StringArrayVar(&s.services, "services", nil, "say which services a certificate of --store is enabled for, as in `THUMBPRINT=SMTP,IIS`\n(8 digits of it will do); can be repeated")
	s.password.addFlags(flags, "pfx-password", "PKCS#12 files")
	command.Flags().AddFlagSet(flags)
}

func (s *storeFlags) check() (err error) {
	if s.parsed, err = certstore.ParseServices(s.services...); err != nil {
		return usageError{err}
	}
	return s.password.check()
}

// A storeSource is the paths of --store.
type storeSource []string

func (s storeSource) gatherer(r *gathering, _ string) gather.Gatherer {
	return certstore.Files{Paths: s, Password: r.pfxPassword, Services: r.store.parsed, Limits: r.limits.store, Report: r.note}
}

// folders returns, by the lower-case name of a server, the folders below the
// paths of --store that are named like it.
func (s storeSource) folders(r *gathering) (map[string][]string, error) {
	all := map[string][]string{}
	for _, path := range s {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, fmt.Errorf("--store: expected a folder with a folder for each server: %w", err)
		}
		var others []string
		for _, entry := range entries {
			if !entry.IsDir() { // nor a link, which can lead anywhere
				others = append(others, entry.Name())
				continue
			}
			name := strings.ToLower(entry.Name())
			all[name] = append(all[name], filepath.Join(path, entry.Name()))
		}
		if len(others) > 0 {
			r.note(fmt.Sprintf("%s: left out, in no server's folder: %s", path, strings.Join(others, ", ")))
		}
	}
	return all, nil
}

// pfxPassword returns a copy of the password for certstore to overwrite.
func (r *gathering) pfxPassword(path string) ([]byte, error) {
	if r.pfx != nil {
		return bytes.Clone(r.pfx), nil
	}
	return r.store.password.read(r.command, path)
}
