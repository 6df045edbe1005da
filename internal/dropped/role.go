package dropped

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

// A Role is what a file is used as.
type Role string

// The roles.
const (
	Zip          Role = "zip"          // a zip file of exports
	Export       Role = "export"       // CLIXML
	Documents    Role = "documents"    // one document, or one a line
	Facts        Role = "facts"        // a partial document
	Waivers      Role = "waivers"      // JSON or YAML
	Certificates Role = "certificates" // of the servers' stores
	Services     Role = "services"     // services.json beside them
	Roots        Role = "roots"        // in PEM, to trust
	Registry     Role = "registry"     // an export of the registry key WLBS
	Unknown      Role = "unknown"      // left out
)

// servicesFile is the name by which the certificate store knows the file.
const servicesFile = "services.json"

var storeExtensions = []string{".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".pfx", ".p12", ".sst", ".key"}

// roleOf tells what a file is by its content, and by its name where the content
// does not say.
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

// pemRole takes certificates for roots where each of them is one of a CA that
// issued it itself. Exchange's own self-signed certificates are of no CA.
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

// jsonRole tells a document from one that is partial, and both from waivers. What
// is broken is taken for a document: reading it says where.
func jsonRole(text []byte) Role {
	var first map[string]json.RawMessage // of several, one a line
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
