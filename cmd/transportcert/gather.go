package main

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/replace"
)

func newGather() *cobra.Command {
	var from sources
	var file string
	command := &cobra.Command{
		Use:   "gather SOURCE... [-o FILE]",
		Short: "Gather the facts about a server into a document",
		Long: `Gather the facts about one Exchange server into a document, the input of "evaluate" and "explain".
The sources are, in any mixture:

  --exports   exports of the Exchange Management Shell: everything
  --ldap-url  Active Directory: connectors, directory, host
  --store     certificate files: certificates
  --host      names, --nlb-reg cluster names: host
  --local     names and certificates of this computer, on Windows

If two sources have the same section, the one that comes later on the command line supplies all of it. --facts, a
partial document, takes precedence over all sources. On an Exchange server, gather without a source reads this computer
and the directory of its domain. With --all-servers there is a document for every server, in the folder of -o, or as
NDJSON with -o -.

docs/gathering.md has an example of each source, and the permissions that it needs. Standard error notes what was
left out or could not be read.

Exit codes: 0 gathered; 2 an error, even if it is about one server of many. A document is written whole or not at all.`,
		Example: `  transportcert gather --exports exports/EX01 -o ex01.json
  transportcert gather --exports exports --server EX01 --facts ex01-facts.json --roots contoso-ca.pem
  transportcert gather --ldap-url ldaps://dc1.corp.contoso.test --kerberos --server EX01 --store ex01.pfx
  transportcert gather --ldap-url ldaps://dc1.corp.contoso.test --kerberos --all-servers --store stores -o documents`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if len(from.order) == 0 && runtime.GOOS == "windows" && !from.allServers {
				if err := from.onThisComputer(); err != nil {
					return err
				}
			}
			if len(from.order) == 0 {
				return usagef("expected a source of facts: --exports PATH; or --ldap-url URL for connectors and directory,\n" +
					"--store PATH for certificates, and --host FQDN,NETBIOS for names. On an Exchange server, no source is needed.")
			}
			if err := from.check(); err != nil {
				return err
			}
			if from.allServers {
				return gatherAll(command, &from, file)
			}
			for document, err := range from.gathered(command) {
				if err != nil {
					return err
				}
				var text bytes.Buffer
				if err := document.Encode(&text); err != nil {
					return fmt.Errorf("writing the document: %w", err)
				}
				if file != "" && file != "-" {
					err := replace.File(file, &text)
					if err == nil {
						noteSuccess(command.ErrOrStderr(), file+": written")
					}
					return err
				}
				_, err = printable.NewWriter(command.OutOrStdout(), printable.JSON).Write(text.Bytes())
				return err
			}
			return nil
		},
	}
	from.addFlags(command)
	command.Flags().StringVarP(&file, "output-file", "o", "", "write the document to this `FILE`, whole or not at all; with --all-servers, a folder, or - for NDJSON")
	return command
}

// gatherAll writes a document for every server that has all its sections, and
// says what keeps the others from it.
func gatherAll(command *cobra.Command, from *sources, out string) error {
	if out == "" {
		return usagef("expected -o FOLDER for a document for every server, or -o - for NDJSON")
	}
	folder := documentFolder{path: out}
	if out != "-" {
		if err := folder.check(); err != nil {
			return err
		}
	}
	written, failed := 0, 0
	for document, err := range from.gathered(command) {
		if command.Context().Err() != nil {
			break
		}
		if err != nil {
			report(command.ErrOrStderr(), err)
			failed++
			continue
		}
		var text bytes.Buffer
		if out == "-" {
			err = document.EncodeLine(&text)
		} else {
			err = document.Encode(&text)
		}
		if err == nil && out == "-" {
			_, err = printable.NewWriter(command.OutOrStdout(), printable.JSON).Write(text.Bytes())
		} else if err == nil {
			err = folder.write(document.Name, text.Bytes())
		}
		if err != nil {
			return err
		}
		written++
	}
	if out != "-" {
		noteSuccess(command.ErrOrStderr(), fmt.Sprintf("%s: documents written: %d", out, written))
		if others := folder.others(); len(others) > 0 {
			note(command.ErrOrStderr())(fmt.Sprintf("%s: left as they are, not written now: %s", out, strings.Join(others, ", ")))
		}
	}
	switch {
	case command.Context().Err() != nil:
		return fmt.Errorf("interrupted; documents written: %d", written)
	case failed > 0:
		return errReported
	}
	return nil
}
