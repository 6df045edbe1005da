package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/printable"
)

func newWhatIf() *cobra.Command {
	var flags whatIfFlags
	command := &cobra.Command{
		Use:   "whatif [PATH | - | SOURCE...] EDIT...",
		Short: "Show what a certificate command would change before you run it",
		Long: `Apply commands of the Exchange Management Shell to a copy of the facts, in the order of the flags, and show what
changes: what each connector offers and serves, events and findings, the dates of the forecast, and what remains to
be done. PATH and SOURCE are the same as for "evaluate", with one server. The server itself is not changed.

  --add                       Import-ExchangeCertificate, enabled for the --services that follow
  --enable                    Enable-ExchangeCertificate
  --renew                     New-ExchangeCertificate for a self-signed certificate, or, with a FILE, what the CA issued
  --remove                    Remove-ExchangeCertificate
  --set-tls-certificate-name  Set-ReceiveConnector or Set-SendConnector with -TlsCertificateName
  --apply-plan                the commands of the plan

A certificate is named by its thumbprint or its first 8 or more digits. When SMTP is enabled, Exchange asks whether to
overwrite the default SMTP certificate: --overwrite-default answers Yes, which makes the certificate the internal
transport certificate, and --keep-default answers No. --renew needs neither: the internal transport certificate is
overwritten, and no other.

The output (-o) is text for people, json for programs, or document: the document as it would be.

Exit codes: 0 no new risk, 1 mail would be put at risk or a finding of severity error would appear, 2 an error,
or Exchange would refuse the command.`,
		Example: `  transportcert whatif ex01.json --renew 5E1F5E1F
  transportcert whatif ex01.json --add ex01-2027.pfx --services SMTP,IIS --keep-default --roots contoso-ca.pem
  transportcert whatif ex01.json --enable CA11CA11=SMTP --overwrite-default --remove 5E1F5E1F
  transportcert whatif ex01.json --set-tls-certificate-name "Default Frontend EX01=CA11CA11"
  transportcert whatif ex01.json --apply-plan -o document > ex01-planned.json`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			return flags.run(command, paths)
		},
	}
	flags.addFlags(command)
	return command
}

func (w *whatIfFlags) run(command *cobra.Command, paths []string) error {
	ctx := command.Context()
	document, err := w.document(command, paths)
	if err != nil {
		return err
	}
	evaluator, err := w.evaluator(command)
	if err != nil {
		return err
	}
	clock := document.Now == ""
	if clock { // the same for both
		document.Now = time.Now().UTC().Format(gather.TimeFormat)
	}
	editor := &editor{whatIfFlags: w, evaluator: evaluator, gathering: &gathering{sources: &w.from, command: command, note: note(command.ErrOrStderr())}, work: certstore.NewWork()}
	after, err := editor.edited(ctx, document)
	if err != nil {
		return err
	}
	result := output.WhatIf{Edits: w.words()}
	if result.Before, err = diff.Check(ctx, evaluator, document); err != nil {
		return err
	}
	if result.After, err = diff.Check(ctx, evaluator, after); err != nil {
		return err
	}
	if clock && w.output == "document" {
		after.Now = ""
	}
	if err := output.WriteWhatIf(w.output, command.OutOrStdout(), w.style(command), result); err != nil {
		return err
	}
	if result.IsWorse() {
		return errNo
	}
	return nil
}

// document returns the one document that the command line asks for.
func (w *whatIfFlags) document(command *cobra.Command, paths []string) (*gather.Document, error) {
	all, err := w.from.documents(command, paths)
	if err != nil {
		return nil, err
	}
	var found *documents.Document
	for document, err := range all {
		if err != nil {
			return nil, err
		}
		if found != nil {
			return nil, usagef("expected one document, found %s and %s", found.Name, document.Name)
		}
		found = &document
	}
	if found == nil {
		return nil, usagef("expected a document, found none")
	}
	o := w.prepared(outcome{Document: *found}, func(*outcome) error { return nil })
	return o.Document.Document, o.err
}

// An editor does the edits of a command line to a document.
type editor struct {
	*whatIfFlags
	*gathering
	evaluator *evaluate.Evaluator
	work      *certstore.Work // for all files
}

// edited returns a copy of the document with all edits.
func (e *editor) edited(ctx context.Context, document *gather.Document) (*gather.Document, error) {
	defer func() { clear(e.pfx) }()
	if err := e.readPassword(); err != nil {
		return nil, err
	}
	for _, edit := range e.edits {
		after, err := e.apply(ctx, document, edit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", printable.Line(edit.String()), err)
		}
		document = after
	}
	return document, nil
}

func (e *editor) apply(ctx context.Context, document *gather.Document, edit editFlag) (*gather.Document, error) {
	if edit.flag == "apply-plan" {
		return e.applyPlan(ctx, document)
	}
	action := strings.ReplaceAll(edit.flag, "-", "_") // the flags are called what the actions are
	command := evaluate.Edit{Action: action, Services: edit.services, OverwriteDefault: e.overwrite}
	var err error
	if edit.thumbprint != "" {
		if command.Thumbprint, err = thumbprintOf(document, edit.thumbprint); err != nil {
			return nil, err
		}
	}
	if edit.file != "" {
		if command.Certificate, err = e.certificate(ctx, document, edit); err != nil {
			return nil, err
		}
	}
	if action == evaluate.SetTLSCertificateName {
		if command.Kind, command.Index, err = connectorOf(document, edit.connector); err != nil {
			return nil, err
		}
	}
	return e.evaluator.Apply(ctx, document, command)
}

// applyPlan does the actions of the document's plan, in order. What has to be done
// by hand is noted.
func (e *editor) applyPlan(ctx context.Context, document *gather.Document) (*gather.Document, error) {
	checked, err := e.evaluator.Check(ctx, document)
	if err != nil {
		return nil, err
	}
	after, left, err := evaluate.ApplyPlan(document, checked.Plan)
	for _, action := range left {
		e.gathering.note("not applied, because a person must do it: " + action.Title)
	}
	return after, err
}

// thumbprintOf returns the thumbprint that begins with a prefix.
func thumbprintOf(document *gather.Document, prefix string) (string, error) {
	var found []string
	for _, certificate := range document.Certificates {
		if strings.HasPrefix(certificate.Thumbprint, prefix) {
			found = append(found, certificate.Thumbprint)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s has no certificate whose thumbprint begins with %s", document.Server, prefix)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s has several certificates whose thumbprint begins with %s: %s", document.Server, prefix, strings.Join(found, ", "))
}

// connectorOf returns where the connector of that name is in the document.
func connectorOf(document *gather.Document, name string) (kind string, index int, err error) {
	var names []string
	add := func(of, connector string, i int) {
		names = append(names, fmt.Sprintf("%q", connector))
		if !strings.EqualFold(connector, name) && !strings.EqualFold(document.Server+`\`+connector, name) {
			return
		}
		if kind != "" {
			err = fmt.Errorf("%s has several connectors named %q", document.Server, connector)
		}
		kind, index = of, i
	}
	for i, connector := range document.Connectors {
		add("connectors", connector.Name, i)
	}
	for i, connector := range document.SendConnectors {
		add("send_connectors", connector.Name, i)
	}
	if kind == "" {
		slices.Sort(names)
		err = fmt.Errorf("%s has no connector %q: expected one of %s", document.Server, name, strings.Join(slices.Compact(names), ", "))
	}
	return kind, index, err
}
