package webcheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing/fstest"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/output"
)

// An Edit is a command to simulate on one server.
type Edit struct {
	Server     int    `json:"server"` // its index in the result
	Flag       string `json:"flag"`   // add, enable, renew or remove: an action of evaluate.Edit and a flag of whatif
	Thumbprint string `json:"thumbprint"`
	SMTP       bool   `json:"smtp"`      // whether add enables the certificate for SMTP; enable always does
	Overwrite  bool   `json:"overwrite"` // the answer to whether to overwrite the default SMTP certificate
}

// WhatIf writes what an edit changes, in the text and JSON formats of
// "transportcert whatif". The file contains the certificate to add.
func (r *Result) WhatIf(ctx context.Context, text, json io.Writer, edit Edit, file *File) error {
	if edit.Server < 0 || edit.Server >= len(r.checked) {
		return fmt.Errorf("server: expected one of %d, found number %d", len(r.checked), edit.Server+1)
	}
	checked := r.checked[edit.Server]
	before := *checked.Facts
	before.Now = checked.Decision.EvaluatedAt // the same time for both
	command, words, err := r.command(ctx, &before, edit, file)
	if err != nil {
		return err
	}
	after, err := r.evaluator.Apply(ctx, &before, command)
	if err != nil {
		return fmt.Errorf("%s: %w", words, err)
	}
	result := output.WhatIf{Edits: []string{words}}
	if result.Before, err = diff.Check(ctx, r.evaluator, &before); err != nil {
		return err
	}
	if result.After, err = diff.Check(ctx, r.evaluator, after); err != nil {
		return err
	}
	if err := output.WriteWhatIf("json", json, output.Style{}, result); err != nil {
		return err
	}
	return output.WriteWhatIf("text", text, output.Style{}, result)
}

// command returns an edit for the evaluator and its form on a command line.
func (r *Result) command(ctx context.Context, document *gather.Document, edit Edit, file *File) (command evaluate.Edit, words string, err error) {
	command = evaluate.Edit{Action: edit.Flag, Thumbprint: edit.Thumbprint, OverwriteDefault: edit.Overwrite}
	words = "--" + edit.Flag + " " + edit.Thumbprint
	switch edit.Flag {
	case evaluate.RemoveCertificate, evaluate.RenewCertificate:
	case evaluate.EnableCertificate:
		edit.SMTP = true
		words += "=SMTP"
	case evaluate.AddCertificate:
		if file == nil {
			return command, words, errors.New("expected a file that contains the certificate")
		}
		words = "--add " + file.Name
		if command.Certificate, err = r.certificate(ctx, document, *file); err != nil {
			return command, words, err
		}
		if edit.SMTP {
			words += " --services SMTP"
		}
	default:
		return command, words, fmt.Errorf("expected add, enable, renew or remove, found %q", edit.Flag)
	}
	if edit.SMTP {
		command.Services = []string{"SMTP"}
		words += map[bool]string{true: " --overwrite-default", false: " --keep-default"}[edit.Overwrite]
	}
	return command, words, nil
}

// certificate returns the only certificate of a file, or the only one with its
// private key. Its trust is determined with the dropped roots.
func (r *Result) certificate(ctx context.Context, document *gather.Document, file File) (*gather.Certificate, error) {
	read := &gather.Document{}
	files := certstore.Files{
		Paths: []string{file.Name}, System: fstest.MapFS{file.Name: &fstest.MapFile{Data: slices.Clone(file.Data), Mode: 0o400}},
		Password: func(string) ([]byte, error) { return slices.Clone(file.Password), nil },
	}
	if err := files.Gather(ctx, read); err != nil {
		return nil, err
	}
	certificate, err := certstore.One(read.Certificates)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.Name, err)
	}
	trust, err := r.run.trust()
	if err == nil && len(trust.Roots) > 0 {
		err = trust.GatherWith(ctx, read, document)
	}
	return certificate, err
}
