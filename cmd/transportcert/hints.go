package main

import (
	"errors"
	"fmt"
	"path/filepath"
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

// writtenByHand has examples of sections that a person can write. They are those of no
// server, so that nobody takes one as it is.
var writtenByHand = map[string]string{
	"connectors": `[{"name": "NAME", "auth_mechanisms": ["Tls", "ExchangeServer"], "fqdn": "FQDN"}]`,
	"directory":  `{"readable": true, "internal_transport_certificate": "THUMBPRINT"}`,
	"host":       `{"dns_fqdn": "FQDN", "dns_host_name": "NAME", "physical_dns_fqdn": "FQDN", "physical_dns_host_name": "NAME"}`,
}

// hint says which flag helps against an error from below, which knows no flags.
func hint(err error) string {
	which, none := (*exports.ServerError)(nil), documents.NoDocumentsError{}
	switch {
	case errors.Is(err, collect.ErrNoServer):
		return ": pass --server NAME"
	case errors.As(err, &which) && which.Wanted == "":
		if len(which.Servers) > 0 {
			return "; pass --server NAME, or --all-servers for all of them"
		}
		return "; pass --server NAME"
	case errors.As(err, &none) && len(none.Folders) > 0:
		return fmt.Sprintf("; folders in it are not read: pass %s", filepath.Join(none.Folder, none.Folders[0]))
	case errors.As(err, &none):
		return "; pass --exports PATH to read exports of the Exchange Management Shell"
	case errors.Is(err, bundles.ErrNotHTTPS):
		return "; --plain-http allows http to a loopback address"
	case errors.Is(err, gather.ErrExport):
		return "; pass it, or the folder that has all exports, with --exports"
	case errors.Is(err, gather.ErrCertificate):
		return "; pass it with --store, and the other sections with --exports, --ldap-url or --facts"
	case errors.As(err, &documents.PartialError{}):
		return "\nIf this is a part of a document, pass it with --facts FILE beside a source, such as --exports PATH."
	case errors.Is(err, bundles.ErrPrivateKey):
		return "; openssl pkey -in FILE -pubout writes its public key"
	case errors.Is(err, bundles.ErrSigned):
		return "; pass --verification-key FILE with the public key of whoever signed it"
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
	lines.WriteString("\nRun the commands in the Exchange Management Shell of the server, and copy their files into a folder for --exports.")
	var written []string
	for _, section := range sections {
		if example := writtenByHand[section]; example != "" {
			written = append(written, fmt.Sprintf("%q: %s", section, example))
		}
	}
	if written != nil {
		fmt.Fprintf(&lines, "\nOr write the sections into a JSON file for --facts FILE:\n  {\n    %s\n  }", strings.Join(written, ",\n    "))
	}
	return lines.String()
}
