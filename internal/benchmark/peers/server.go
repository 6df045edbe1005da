//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// server measures opa run --server over REST, asked by as many clients at once
// as there are cores, and compares its decisions with those in ndjson.
func (b *bench) server(ctx context.Context, t *table, opa, bundle string, ndjson []byte) error {
	fmt.Fprintln(os.Stderr, "running opa run --server")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	listener.Close()
	process := exec.CommandContext(ctx, opa, "run", "--server", "--addr", address, "--log-level", "error", "--disable-telemetry", "--bundle", bundle)
	if err := process.Start(); err != nil {
		return err
	}
	defer process.Wait()
	defer process.Process.Kill()
	if err := ready(ctx, "http://"+address+"/health?bundles"); err != nil {
		return err
	}

	inputs, err := lines(b.path("documents.ndjson"))
	if err != nil {
		return err
	}
	answers := make([][]byte, len(inputs))
	errs := make([]error, runtime.NumCPU())
	url := "http://" + address + "/v1/data/transportcert/inbound_anonymous/decision"
	start := time.Now()
	var clients sync.WaitGroup
	for client := range errs {
		clients.Go(func() {
			for i := client; i < len(inputs); i += len(errs) {
				if answers[i], errs[client] = ask(ctx, url, inputs[i]); errs[client] != nil {
					return
				}
			}
		})
	}
	clients.Wait()
	took := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	process.Process.Signal(os.Interrupt)
	process.Wait()
	t.rows = append(t.rows, row{"opa run --server, REST", len(inputs), took, peak(process.ProcessState)})

	results := []byte(`{"result":[` + string(bytes.Join(answers, []byte(","))) + `]}`)
	return same(ndjson, results)
}

func ask(ctx context.Context, url string, input []byte) ([]byte, error) {
	body := fmt.Appendf(nil, `{"input":%s}`, input)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != http.StatusOK || !json.Valid(answer)) {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, answer)
	}
	return answer, err
}

// ready waits until the server has its bundle.
func ready(ctx context.Context, url string) error {
	for range 200 {
		response, err := http.Get(url)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("opa run --server does not answer")
}

func lines(path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all [][]byte
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		all = append(all, bytes.Clone(scanner.Bytes()))
	}
	return all, scanner.Err()
}
