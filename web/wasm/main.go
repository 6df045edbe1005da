//go:build js

// Command wasm runs in the web page's worker: package webcheck, with a single
// JavaScript function.
//
//	transportcert(id, request, files)
//
// The request is JSON; files is an array of Uint8Array in the order of the
// request's files. Answers are posted as messages: {id, progress}, followed by
// {id, answer} or {id, error}.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"syscall/js"
	"time"

	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/webcheck"
)

// version returns the version of the command-line program built from the same
// source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	return cmp.Or(strings.TrimPrefix(info.Main.Version, "v"), "(devel)")
}

// A request is one of check, whatif and write.
type request struct {
	Do        string `json:"do"`
	Format    string `json:"format"` // for write
	At        string `json:"at"`
	Procedure string `json:"procedure"`
	Edit      webcheck.Edit
	Files     []struct { // for check; for whatif, the certificate to add
		Name     string        `json:"name"`
		Role     webcheck.Role `json:"role"`
		Modified int64         `json:"modified"` // milliseconds since 1970
		Password string        `json:"password"`
	} `json:"files"`
}

// A session is the state that the page's requests share.
type session struct {
	checker webcheck.Checker
	result  *webcheck.Result // nil: nothing has been checked
}

func main() {
	debug.SetGCPercent(400) // the page is short-lived
	requests := make(chan func())
	s := &session{}
	js.Global().Set("transportcert", js.FuncOf(func(_ js.Value, args []js.Value) any {
		id, text, contents := args[0], args[1].String(), args[2]
		data := make([][]byte, contents.Length())
		for i := range data {
			data[i] = make([]byte, contents.Index(i).Length())
			js.CopyBytesToGo(data[i], contents.Index(i))
		}
		go func() { requests <- func() { s.answer(id, text, data) } }()
		return nil
	}))
	post(js.Null(), "ready", true)
	for do := range requests {
		do()
	}
}

// post sends a message to the page.
func post(id js.Value, key string, value any) {
	js.Global().Call("postMessage", map[string]any{"id": id, key: value})
}

func (s *session) answer(id js.Value, text string, data [][]byte) {
	answer, err := s.do(text, data, func(what string, done, of int) {
		post(id, "progress", map[string]any{"what": printable.Line(what), "done": done, "of": of})
	})
	if err != nil {
		post(id, "error", printable.Report(err.Error()))
		return
	}
	post(id, "answer", answer)
}

func (s *session) do(text string, data [][]byte, progress func(string, int, int)) (string, error) {
	var r request
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return "", err
	}
	switch r.Do {
	case "check":
		return s.check(r, data, progress)
	case "whatif":
		return s.whatIf(r, data)
	case "write":
		if s.result == nil {
			return "", errors.New("nothing has been checked")
		}
		var out strings.Builder
		err := s.result.Write(context.Background(), &out, r.Format, progress)
		return out.String(), err
	}
	return "", fmt.Errorf("unknown request %q", r.Do)
}

// whatIf answers with the output of whatif, as text and as JSON.
func (s *session) whatIf(r request, data [][]byte) (string, error) {
	if s.result == nil {
		return "", errors.New("nothing has been checked")
	}
	var file *webcheck.File
	if len(r.Files) > 0 {
		file = &webcheck.File{Name: r.Files[0].Name, Data: data[0], Password: []byte(r.Files[0].Password)}
	}
	var answer struct {
		Text   string          `json:"text"`
		Result json.RawMessage `json:"result"`
	}
	var text, result bytes.Buffer
	if err := s.result.WhatIf(context.Background(), &text, &result, r.Edit, file); err != nil {
		return "", err
	}
	answer.Text, answer.Result = text.String(), result.Bytes()
	out, err := json.Marshal(answer)
	return string(out), err
}

func (s *session) check(r request, data [][]byte, progress func(string, int, int)) (string, error) {
	s.result = nil
	files := make([]webcheck.File, len(r.Files))
	for i, f := range r.Files {
		files[i] = webcheck.File{Name: f.Name, Data: data[i], Role: f.Role, Modified: time.UnixMilli(f.Modified), Password: []byte(f.Password)}
	}
	result, err := s.checker.Check(context.Background(), files, webcheck.Options{
		At: r.At, Procedure: r.Procedure, Version: version(), Progress: progress,
	})
	if err != nil && result == nil {
		return "", err
	}
	s.result = result
	var out bytes.Buffer
	err = json.NewEncoder(&out).Encode(result)
	return out.String(), err
}
