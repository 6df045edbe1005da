package webcheck

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/files"
)

// A Role is the purpose of a file.
type Role string

// The roles.
const (
	Zip          Role = "zip"          // a zip file of exports
	Export       Role = "export"       // CLIXML
	Documents    Role = "documents"    // one document, or one a line
	Facts        Role = "facts"        // a partial document
	Waivers      Role = "waivers"      // JSON or YAML
	Certificates Role = "certificates" // from the servers' stores
	Services     Role = "services"     // services.json next to them
	Roots        Role = "roots"        // trusted roots in PEM
	Registry     Role = "registry"     // an export of the registry key WLBS
	Unknown      Role = "unknown"      // skipped
)

// servicesFile is the file name that package certstore uses.
const servicesFile = "services.json"

var storeExtensions = []string{".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".pfx", ".p12", ".sst", ".key"}

// roleOf returns the role of a file by its content, or by its name if the
// content does not show it.
func roleOf(name string, data []byte) Role {
	extension := strings.ToLower(path.Ext(name))
	if exports.IsZip(data) {
		return Zip
	}
	text, err := files.Text(data)
	if err != nil {
		text = data
	}
	text = bytes.TrimLeft(text, " \t\r\n")
	switch {
	case bytes.Contains(text, []byte("-----BEGIN ")):
		return pemRole(data)
	case bytes.HasPrefix(text, []byte("<")):
		return Export
	case bytes.HasPrefix(text, []byte("Windows Registry Editor")), bytes.HasPrefix(text, []byte("REGEDIT4")):
		return Registry
	case strings.EqualFold(path.Base(name), servicesFile):
		return Services
	case bytes.HasPrefix(text, []byte("[")) || extension == ".yaml" || extension == ".yml":
		return Waivers
	case bytes.HasPrefix(text, []byte("{")):
		return jsonRole(text)
	case bytes.HasPrefix(data, []byte{0x30}) || slices.Contains(storeExtensions, extension):
		return Certificates
	case extension == ".xml":
		return Export
	}
	return Unknown
}

// pemRole treats certificates as roots if all of them are self-issued CA
// certificates. Exchange's own self-signed certificates are not CA
// certificates.
func pemRole(data []byte) Role {
	blocks, err := files.PEM(data)
	if err != nil {
		return Certificates
	}
	for _, block := range blocks {
		if block.Err != nil || block.Type != "CERTIFICATE" {
			return Certificates
		}
		c, err := certificate.Parse(block.Bytes)
		if err != nil || !c.IsCA || !c.SelfIssued() {
			return Certificates
		}
	}
	return Roots
}

// jsonRole distinguishes documents, partial documents and waivers. Damaged JSON
// counts as a document, so that reading it returns an error with the location.
func jsonRole(text []byte) Role {
	var first map[string]json.RawMessage // the first of several, one per line
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&first); err != nil {
		return Documents
	}
	if _, found := first["waivers"]; found && len(first) == 1 {
		return Waivers
	}
	for _, required := range []string{"schema_version", "server", "connectors", "directory", "host", "certificates"} {
		if _, found := first[required]; !found {
			return Facts
		}
	}
	return Documents
}
