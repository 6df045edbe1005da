//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
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

// server is opa run --server, queried over REST by as many clients as there are
// cores. Its time is that of the queries, without the start.
type server struct {
	ctx                      context.Context
	opa, bundle, input, rule string
}

func (b *bench) server(ctx context.Context, rule string) server {
	return server{ctx, b.path("opa"), b.path("bundle"), b.path("documents.ndjson"), rule}
}

func (s server) run(output *os.File) (time.Duration, int64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	address := listener.Addr().String()
	listener.Close()
	process := exec.CommandContext(s.ctx, s.opa, "run", "--server", "--addr", address, "--log-level", "error", "--disable-telemetry", "--bundle", s.bundle)
	if err := process.Start(); err != nil {
		return 0, 0, err
	}
	defer process.Wait()
	defer process.Process.Kill()
	if err := ready(s.ctx, "http://"+address+"/health?bundles"); err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := s.ask("http://"+address+"/v1/data/"+s.rule, output); err != nil {
		return 0, 0, err
	}
	took := time.Since(start)
	process.Process.Signal(os.Interrupt)
	process.Wait()
	return took, peak(process.ProcessState), nil
}

// ask queries every document and writes the answers in any order.
func (s server) ask(url string, output io.Writer) error {
	file, err := os.Open(s.input)
	if err != nil {
		return err
	}
	defer file.Close()
	inputs := make(chan []byte)
	errs := make([]error, runtime.NumCPU())
	var clients sync.WaitGroup
	var writing sync.Mutex
	for client := range errs {
		clients.Go(func() {
			for input := range inputs {
				answer, err := post(s.ctx, url, input)
				if err != nil {
					errs[client] = err
					continue // the other documents must be received too
				}
				writing.Lock()
				_, errs[client] = output.Write(append(bytes.TrimSpace(answer), '\n'))
				writing.Unlock()
			}
		})
	}
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		inputs <- fmt.Appendf(nil, `{"input":%s}`, scanner.Bytes())
	}
	close(inputs)
	clients.Wait()
	return errors.Join(append(errs, scanner.Err())...)
}

func post(ctx context.Context, url string, body []byte) ([]byte, error) {
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
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, answer)
	}
	return answer, err
}

// ready waits until the server has loaded its bundle.
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
