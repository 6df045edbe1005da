package certstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/files"
)

// minPrefix is the number of hex digits of a thumbprint that are required to
// name a certificate.
const minPrefix = 8

// Services says for which Exchange services certificates are enabled. The key
// is a thumbprint in upper case, or at least its first 8 hex digits if no other
// certificate begins with them. An empty list means that the certificate is
// enabled for none.
type Services map[string][]string

// ParseServices parses values of the form THUMBPRINT=SERVICE[,SERVICE…], such
// as 0123ABCD=SMTP,IIS. Case does not matter, and None means no service. An
// error quotes the value and says what was expected.
func ParseServices(values ...string) (Services, error) {
	services := Services{}
	for _, value := range values {
		thumbprint, list, found := strings.Cut(value, "=")
		if !found {
			return nil, fmt.Errorf("services %.60q: expected THUMBPRINT=SERVICE[,SERVICE…], as in 0123ABCD=SMTP,IIS", value)
		}
		if err := services.set(thumbprint, strings.Split(list, ",")); err != nil {
			return nil, fmt.Errorf("services %.60q: %w", value, err)
		}
	}
	return services, nil
}

// set adds the services of one thumbprint, with normalized spelling.
func (s Services) set(thumbprint string, names []string) error {
	prefix, err := ParsePrefix(thumbprint)
	if err != nil {
		return err
	}
	if _, ok := s[prefix]; ok {
		return fmt.Errorf("%s is listed twice", prefix)
	}
	services, err := serviceNames(names)
	if err != nil {
		return err
	}
	s[prefix] = services
	return nil
}

// ParsePrefix returns a thumbprint, or at least its first 8 hex digits, in
// upper case and without separators.
func ParsePrefix(thumbprint string) (string, error) {
	prefix := strings.ToUpper(strings.Map(func(r rune) rune {
		// Separators that other programs display, and the invisible character
		// that the certificate dialog box of Windows puts before a thumbprint.
		if r == ' ' || r == ':' || r == '\u200e' {
			return -1
		}
		return r
	}, thumbprint))
	if len(prefix) < minPrefix || len(prefix) > 40 || strings.Trim(prefix, "0123456789ABCDEF") != "" {
		return "", fmt.Errorf("expected a thumbprint or its first %d or more hex digits, found %.60q", minPrefix, thumbprint)
	}
	return prefix, nil
}

// ParseServiceNames parses SERVICE[,SERVICE…] as ParseServices does.
func ParseServiceNames(list string) ([]string, error) { return serviceNames(strings.Split(list, ",")) }

func serviceNames(names []string) ([]string, error) {
	named := map[string]bool{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		if strings.EqualFold(name, "None") && len(names) == 1 {
			continue
		}
		i := slices.IndexFunc(gather.Services, func(s string) bool { return strings.EqualFold(s, name) })
		if i < 0 {
			return nil, fmt.Errorf("expected services from the list %s, or only None, found %.60q", strings.Join(gather.Services, ", "), name)
		}
		named[gather.Services[i]] = true
	}
	services := []string{}
	for _, name := range gather.Services {
		if named[name] {
			services = append(services, name)
		}
	}
	return services, nil
}

// servicesBeside is the content of a services.json.
type servicesBeside struct {
	file     string
	services Services
	partial  bool // it is next to a single file, and may mention other certificates
}

// besideFile reads the services.json next to a path that is a file.
func (c *collection) besideFile(path string) error {
	if info, err := fs.Stat(files.In(c.files.System), path); err != nil || info.IsDir() {
		return err
	}
	name := filepath.Join(filepath.Dir(path), servicesFile)
	data, err := files.ReadFrom(c.files.System, name, maxFileSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.addServices(name, data, true)
}

// addServices adds a services.json: {"THUMBPRINT": ["SMTP", "IIS"]}.
func (c *collection) addServices(name string, data []byte, partial bool) error {
	if i := slices.IndexFunc(c.services, func(s servicesBeside) bool { return s.file == name }); i >= 0 {
		c.services[i].partial = c.services[i].partial && partial
		return nil
	}
	lists := map[string][]string{}
	if err := json.Unmarshal(data, &lists); err != nil {
		return fmt.Errorf(`%s: expected {"THUMBPRINT": ["SMTP", "IIS"], …}: %w`, name, err)
	}
	services := Services{}
	for _, thumbprint := range slices.Sorted(maps.Keys(lists)) {
		if lists[thumbprint] == nil {
			return fmt.Errorf("%s: %.60q: expected an array of services, found null", name, thumbprint)
		}
		if err := services.set(thumbprint, lists[thumbprint]); err != nil {
			return fmt.Errorf("%s: %.60q: %w", name, thumbprint, err)
		}
	}
	c.services = append(c.services, servicesBeside{name, services, partial})
	return nil
}

// setServices sets the certificates' services: those that the caller gave,
// otherwise those in a services.json.
func (c *collection) setServices() error {
	given := make([]bool, len(c.certificates))
	fileOf := make([]string, len(c.certificates))
	for _, prefix := range slices.Sorted(maps.Keys(c.files.Services)) {
		i, err := c.find(prefix)
		if err != nil {
			return fmt.Errorf("services of %s: %w", prefix, err)
		}
		if given[i] {
			return fmt.Errorf("services of %s: %s is listed twice", prefix, c.certificates[i].Thumbprint)
		}
		given[i] = true
		c.certificates[i].Services = c.files.Services[prefix]
	}
	for _, beside := range c.services {
		for _, prefix := range slices.Sorted(maps.Keys(beside.services)) {
			i, err := c.find(prefix)
			switch {
			case errors.Is(err, errNotThere) && beside.partial:
				c.files.Report.Sentence("%s: skipped %s: %v", beside.file, prefix, err)
				continue
			case err != nil:
				return fmt.Errorf("%s: %.60q: %w", beside.file, prefix, err)
			case fileOf[i] != "":
				return fmt.Errorf("%s: %.60q: %s is also listed in %s", beside.file, prefix, c.certificates[i].Thumbprint, fileOf[i])
			}
			fileOf[i] = beside.file
			if !given[i] {
				c.certificates[i].Services = beside.services[prefix]
			}
		}
	}
	return nil
}

var errNotThere = errors.New("no certificate has this thumbprint")

// find returns the index of the only certificate whose thumbprint has this
// prefix.
func (c *collection) find(prefix string) (int, error) {
	found := []int{}
	for i := range c.certificates {
		if strings.HasPrefix(c.certificates[i].Thumbprint, prefix) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return 0, errNotThere
	case 1:
		return found[0], nil
	}
	return 0, fmt.Errorf("expected the first digits of one thumbprint, found those of %d, such as %s and %s", len(found), c.certificates[found[0]].Thumbprint, c.certificates[found[1]].Thumbprint)
}
