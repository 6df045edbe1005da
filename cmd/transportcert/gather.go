package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func newGather() *cobra.Command {
	var from sources
	var file string
	command := &cobra.Command{
		Use:   "gather --exports FOLDER [-o FILE]",
		Short: "Make the document of a server's facts",
		Long: `Gather the facts about one Exchange server into a document, the input of "evaluate" and "explain".

The exports are made in the Exchange Management Shell of the server, into one folder:
  Get-ReceiveConnector    -Server $env:COMPUTERNAME | Export-Clixml connectors.xml
  Get-ExchangeCertificate -Server $env:COMPUTERNAME | Export-Clixml certificates.xml
  Get-TransportService    $env:COMPUTERNAME | Export-Clixml transport.xml    (2007 and 2010: Get-TransportServer)
  Get-ExchangeServer      $env:COMPUTERNAME | Export-Clixml server.xml

What the exports do not hold comes from --facts, and which chains are trusted from --roots.
What was left out or could not be read is noted on standard error.`,
		Example: `  transportcert gather --exports exports/EX01 -o ex01.json
  transportcert gather --exports exports --server EX01 --facts ex01-facts.json --roots contoso-ca.pem`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if from.exports == "" {
				return usagef("expected --exports FOLDER")
			}
			document, err := from.gather(command.Context(), command.ErrOrStderr())
			if err != nil {
				return err
			}
			var text bytes.Buffer
			if err := document.Encode(&text); err != nil {
				return fmt.Errorf("writing the document: %w", err)
			}
			if file == "" {
				_, err = command.OutOrStdout().Write(text.Bytes())
				return err
			}
			return replaceFile(file, text.Bytes())
		},
	}
	from.addFlags(command)
	command.Flags().StringVarP(&file, "output-file", "o", "", "write the document to this `FILE`, whole or not at all")
	return command
}

// replaceFile writes a file whole or not at all: beside it first, then in its
// place. What is no file, a pipe or a device, is written as it is.
func replaceFile(path string, data []byte) (err error) {
	if target, linkErr := filepath.EvalSymlinks(path); linkErr == nil {
		path = target // the link stays a link
	}
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, 0o666)
	}
	// Not os.CreateTemp, whose files only their owner can read.
	beside := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	defer func() {
		if err != nil {
			os.Remove(beside)
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	file, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(beside, path)
}
