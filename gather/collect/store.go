package collect

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/internal/files"
)

// Store is certificate files: of one server, or in one folder for each server,
// named as FileName does.
type Store certstore.Files

// Gather implements Source.
func (s Store) Gather(ctx context.Context, _ string, doc *gather.Document) error {
	return certstore.Files(s).Gather(ctx, doc)
}

// All implements Source. Files outside the servers' folders are reported.
func (s Store) All(context.Context) (Known, error) {
	folders, err := s.folders()
	if err != nil {
		return Known{}, err
	}
	return Known{
		Begin: func(servers []string) {
			unused := maps.Clone(folders)
			for _, server := range servers {
				delete(unused, strings.ToLower(FileName(server)))
			}
			for _, name := range slices.Sorted(maps.Keys(unused)) {
				s.Report("skipped, no server has this name: " + strings.Join(unused[name], ", "))
			}
		},
		Gather: func(ctx context.Context, server string, doc *gather.Document) error {
			one := s
			if one.Paths = folders[strings.ToLower(FileName(server))]; one.Paths == nil {
				return absentError{"there is no folder " + filepath.Join(s.Paths[0], FileName(server))}
			}
			return one.Gather(ctx, server, doc)
		},
	}, nil
}

// folders returns the folders within the paths, by their names in lower case.
func (s Store) folders() (map[string][]string, error) {
	all := map[string][]string{}
	for _, path := range s.Paths {
		entries, err := fs.ReadDir(files.In(s.System), path)
		if err != nil {
			return nil, fmt.Errorf("certificate files: expected a folder that contains a folder for each server: %w", err)
		}
		var others []string
		for _, entry := range entries {
			if !entry.IsDir() { // nor is a link, which can point anywhere
				others = append(others, entry.Name())
				continue
			}
			name := strings.ToLower(entry.Name())
			all[name] = append(all[name], filepath.Join(path, entry.Name()))
		}
		if len(others) > 0 {
			s.Report(fmt.Sprintf("%s: skipped, not in a server's folder: %s", path, strings.Join(others, ", ")))
		}
	}
	return all, nil
}
