package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/internal/output"
)

// An editFlag is a flag that edits, and what its value says.
type editFlag struct {
	flag, value string
	thumbprint  string // or its first digits
	file        string
	connector   string
	services    []string
}

func (e editFlag) String() string {
	words := strings.TrimSpace("--" + e.flag + " " + e.value)
	if e.flag == "add" && len(e.services) > 0 {
		words += " --services " + strings.Join(e.services, ",")
	}
	return words
}

// asks reports whether Exchange asks about the default SMTP certificate.
func (e editFlag) asks() bool {
	return (e.flag == "add" || e.flag == "enable") && slices.Contains(e.services, "SMTP")
}

// whatIfFlags are those of whatif.
type whatIfFlags struct {
	documentFlags
	edits           []editFlag // as on the command line
	overwrite, keep bool
	output          string
}

func (w *whatIfFlags) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	add := func(name, usage string, parse func(*editFlag) error) {
		flags.Func(name, usage, func(value string) error {
			edit := editFlag{flag: name, value: value}
			if err := parse(&edit); err != nil {
				return err
			}
			w.edits = append(w.edits, edit)
			return nil
		})
	}
	add("add", "add the certificate in this `FILE`, of any format that --store reads", parseAdd)
	flags.Func("services", "enable the certificate of the --add before it for these `SERVICES`, such as SMTP,IIS;\nor, as THUMBPRINT=SERVICES, say which services a certificate of --store is enabled for", w.setServices)
	add("enable", "enable a certificate for services, `THUMBPRINT=SERVICES`, such as 5E1F5E1F=SMTP", parseEnable)
	flags.BoolVar(&w.overwrite, "overwrite-default", false, "answer Yes where Exchange asks whether to overwrite the default SMTP certificate")
	flags.BoolVar(&w.keep, "keep-default", false, "answer No to this question")
	add("renew", "renew a certificate, `THUMBPRINT[=FILE]`; FILE is what the CA issued", parseRenew)
	add("remove", "remove the certificate of this `THUMBPRINT`", parseRemove)
	add("set-tls-certificate-name", "set the TlsCertificateName of a Receive or Send connector to that of a certificate, `CONNECTOR=THUMBPRINT`", parseName)
	flags.BoolFunc("apply-plan", "do what the plan says, as far as commands can do it", func(value string) error {
		if value != "true" {
			return errors.New("expected no value")
		}
		w.edits = append(w.edits, editFlag{flag: "apply-plan"})
		return nil
	})
	addOutputFlag(command, &w.output, "the result", output.WhatIfFormats)
	w.documentFlags.addFlags(command)
	_ = flags.MarkHidden("keep-going") // there is one document
	_ = command.MarkFlagFilename("add")
}

func parseAdd(e *editFlag) error {
	if e.file = e.value; e.file == "" {
		return errors.New("expected a file, found nothing")
	}
	e.services = []string{}
	return nil
}

func (w *whatIfFlags) setServices(value string) error {
	if strings.Contains(value, "=") {
		w.from.store.services = append(w.from.store.services, value)
		return nil
	}
	if len(w.edits) == 0 || w.edits[len(w.edits)-1].flag != "add" {
		return errors.New("expected --add FILE directly before it, or THUMBPRINT=SERVICES for a certificate of --store")
	}
	services, err := certstore.ParseServiceNames(value)
	w.edits[len(w.edits)-1].services = services
	return err
}

func parseEnable(e *editFlag) (err error) {
	thumbprint, services, _ := strings.Cut(e.value, "=")
	if e.thumbprint, err = certstore.ParsePrefix(thumbprint); err != nil {
		return err
	}
	if e.services, err = certstore.ParseServiceNames(services); err == nil && len(e.services) == 0 {
		err = errors.New("expected a service, found None: a service cannot be removed from a certificate")
	}
	return err
}

func parseRenew(e *editFlag) (err error) {
	thumbprint, file, found := strings.Cut(e.value, "=")
	if e.file = file; found && file == "" {
		return errors.New("expected a file after =, found nothing")
	}
	e.thumbprint, err = certstore.ParsePrefix(thumbprint)
	return err
}

func parseRemove(e *editFlag) (err error) {
	e.thumbprint, err = certstore.ParsePrefix(e.value)
	return err
}

func parseName(e *editFlag) (err error) {
	last := strings.LastIndexByte(e.value, '=')
	if last < 1 {
		return errors.New(`expected CONNECTOR=THUMBPRINT, as in "Default EX01=5E1F5E1F"`)
	}
	e.connector = e.value[:last]
	e.thumbprint, err = certstore.ParsePrefix(e.value[last+1:])
	return err
}

// check finds out what is wrong with the flags before anything is read.
func (w *whatIfFlags) check() error {
	if err := w.documentFlags.check(); err != nil {
		return err
	}
	if err := checkFormat(w.output, output.WhatIfFormats); err != nil {
		return err
	}
	asking := slices.IndexFunc(w.edits, editFlag.asks)
	hasFile := slices.ContainsFunc(w.edits, func(e editFlag) bool { return e.file != "" })
	switch {
	case len(w.edits) == 0:
		return usagef("expected an edit: --add, --enable, --renew, --remove, --set-tls-certificate-name or --apply-plan")
	case w.overwrite && w.keep:
		return usagef("expected either --overwrite-default or --keep-default, found both")
	case asking >= 0 && !w.overwrite && !w.keep:
		return usagef("%s: Exchange asks whether to overwrite the default SMTP certificate: pass --overwrite-default or --keep-default", w.edits[asking])
	case asking < 0 && (w.overwrite || w.keep):
		return usagef("--overwrite-default and --keep-default require --enable or --add with the service SMTP")
	case len(w.from.store.services) > 0 && !w.from.has("store"):
		return usagef("--services %s requires --store PATH", w.from.store.services[0])
	case hasFile:
		w.from.alone = []string{"roots", "system-roots", "pfx-password-file", "pfx-password-env"}
	}
	return w.from.store.check()
}

// words are the edits as on the command line.
func (w *whatIfFlags) words() []string {
	var all []string
	for _, edit := range w.edits {
		words := edit.String()
		if edit.asks() && w.overwrite {
			words += " --overwrite-default"
		} else if edit.asks() {
			words += " --keep-default"
		}
		all = append(all, words)
	}
	return all
}

// certificate returns the one certificate of a file: the only one, or the only
// one with its private key. The others are intermediates of its chain.
func (e *editor) certificate(ctx context.Context, document *gather.Document, edit editFlag) (*gather.Certificate, error) {
	read := &gather.Document{}
	files := certstore.Files{Paths: []string{edit.file}, Password: e.pfxPassword, Limits: e.limits.store, Report: e.gathering.note, Work: e.work}
	if err := files.Gather(ctx, read); err != nil {
		return nil, err
	}
	certificate, err := certstore.One(read.Certificates)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", edit.file, err)
	}
	trust, err := e.trust()
	if err == nil && trust != nil {
		err = trust.GatherWith(ctx, read, document)
	}
	if err != nil {
		return nil, err
	}
	if certificate.HasPrivateKey == nil && edit.flag == "add" {
		e.gathering.note(edit.file + ": whether the server has its private key is not known, so the certificate is not eligible")
	}
	if certificate.Trust.Chain == gather.ChainUnknown && (certificate.SelfSigned == nil || !*certificate.SelfSigned) {
		e.gathering.note(edit.file + ": whether it is trusted is not known" + e.trustHint())
	}
	return certificate, nil
}
