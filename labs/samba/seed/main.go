// Command seed writes the contents of the directory lab: an Exchange
// organization as LDIF, each server's certificate store as files, and a plan
// with the expected result of every server.
//
// The plan is the same on every run; keys, and therefore thumbprints, are new.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"
)

const (
	// servers is the number of servers. With the cases below, they have more
	// than 1,500 Receive connectors.
	servers = 320
	domain  = "corp.contoso.test"
	naming  = "CN=Configuration,DC=corp,DC=contoso,DC=test"
)

// now is the time of the plan's decisions.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func main() {
	log.SetFlags(0)
	out := flag.String("o", "", "folder to write to; it must exist")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		log.Fatal("usage: seed -o FOLDER")
	}
	if err := run(*out); err != nil {
		log.Fatal("seed: ", err)
	}
}

func run(out string) error {
	contoso, err := newAuthority("Contoso CA")
	if err != nil {
		return err
	}
	unknownCA, err := newAuthority("Unknown CA")
	if err != nil {
		return err
	}
	if err := writeHost(out); err != nil {
		return err
	}
	if err := writePEM(filepath.Join(out, "roots.pem"), contoso.der, nil); err != nil {
		return err
	}

	file, err := os.Create(filepath.Join(out, "forest.ldif"))
	if err != nil {
		return err
	}
	defer file.Close()
	l := &ldif{to: file}
	l.organization()
	p := plan{Now: now.Format(timeFormat)}
	for i := range servers {
		s, err := newServer(i, contoso, unknownCA)
		if err != nil {
			return err
		}
		l.server(s, i)
		if err := s.writeStore(filepath.Join(out, "store", s.Server)); err != nil {
			return err
		}
		p.Servers = append(p.Servers, s)
	}
	if l.err != nil {
		return l.err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return writeJSON(filepath.Join(out, "plan.json"), p)
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
