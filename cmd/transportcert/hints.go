package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/gather/directory"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/internal/bundles"
	"github.com/transportcert/transportcert/internal/documents"
)

// askDirectory is the way to some sections that a directory was not asked for.
const askDirectory = "--ldap-url URL, or "

// howToSupply says where a section comes from.
var howToSupply = map[string]string{
	"server":       `--server NAME, or "server" in the --facts FILE`,
	"connectors":   askDirectory + exports.Command("connectors"),
	"directory":    askDirectory + exports.Command("directory"),
	"host":         "--host FQDN,NETBIOS, or " + exports.Command("host"),
	"certificates": "--store PATH, or " + exports.Command("certificates"),
}

// hint says which flag helps against an error from below, which knows no flags.
func hint(err error) string {
	which := (*exports.ServerError)(nil)
	switch {
	case errors.Is(err, collect.ErrNoServer):
		return ": pass --server NAME"
	case errors.As(err, &which) && which.Wanted == "":
		return "; pass --server NAME"
	case errors.As(err, &documents.NoDocumentsError{}):
		return "; pass --exports PATH to read exports of the Exchange Management Shell"
	case errors.Is(err, bundles.ErrNotHTTPS):
		return "; --plain-http allows http to a loopback address"
	case errors.Is(err, gather.ErrExport):
		return "; pass its folder with --exports"
	case errors.Is(err, directory.ErrTimeout):
		return "; --timeout gives it more time"
	case errors.Is(err, directory.ErrUntrusted):
		return "; pass the certificate of its CA with --ldap-ca FILE"
	}
	return ""
}

// hinted adds to an error of gathering how to supply what is missing.
func (s *sources) hinted(err error) error {
	missing := (*collect.MissingError)(nil)
	if errors.As(err, &missing) && !s.allServers {
		return fmt.Errorf("%w%s", err, s.howToSupply(missing.Sections))
	}
	return err
}

func (s *sources) howToSupply(sections []string) string {
	var lines strings.Builder
	if s.has("ldap-url") {
		lines.WriteString("; the notes above say what the directory lacks")
	}
	for _, section := range sections {
		how := howToSupply[section]
		if s.has("ldap-url") {
			how = strings.TrimPrefix(how, askDirectory)
		}
		fmt.Fprintf(&lines, "\n  %-12s  %s", section, how)
	}
	lines.WriteString("\nRun the commands in the Exchange Management Shell of the server, and copy their files into a folder for --exports." +
		"\nOr type the sections into a file for --facts FILE.")
	return lines.String()
}
