//go:build release

// Package release_test checks and runs the output of "make release-snapshot" in
// dist.
package release_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root = "../../"
	dist = root + "dist/"
)

// platforms are the platforms of the archives.
var platforms = []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64", "windows_arm64"}

// metadata is goreleaser's description of the release.
type metadata struct{ Version, Commit string }

func read(t *testing.T) metadata {
	t.Helper()
	text, err := os.ReadFile(dist + "metadata.json")
	require.NoError(t, err, "run make release-snapshot")
	var m metadata
	require.NoError(t, json.Unmarshal(text, &m))
	return m
}

func (m metadata) archive(platform string) string {
	name := "transportcert_" + m.Version + "_" + platform
	if strings.HasPrefix(platform, "windows") {
		return name + ".zip"
	}
	return name + ".tar.gz"
}

// packages returns the Linux packages.
func (m metadata) packages() (all []string) {
	for _, machine := range []string{"amd64", "arm64"} {
		all = append(all, "transportcert_"+m.Version+"_linux_"+machine+".deb", "transportcert_"+m.Version+"_linux_"+machine+".rpm")
	}
	return all
}

// unpack writes the files of an archive into a folder and returns their names.
func unpack(t *testing.T, archive string) (folder string, names []string) {
	t.Helper()
	folder = t.TempDir()
	write := func(name string, mode fs.FileMode, text io.Reader) {
		require.True(t, filepath.IsLocal(name), name)
		file := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		require.NoError(t, err)
		_, err = io.Copy(out, text)
		require.NoError(t, errors.Join(err, out.Close()))
		names = append(names, name)
	}
	if strings.HasSuffix(archive, ".zip") {
		files, err := zip.OpenReader(archive)
		require.NoError(t, err)
		defer files.Close()
		for _, f := range files.File {
			if f.Mode().IsDir() {
				continue
			}
			text, err := f.Open()
			require.NoError(t, err)
			write(f.Name, f.Mode(), text)
			require.NoError(t, text.Close())
		}
		return folder, names
	}
	file, err := os.Open(archive)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return folder, names
		}
		require.NoError(t, err)
		if header.Typeflag == tar.TypeReg {
			write(header.Name, header.FileInfo().Mode(), files)
		}
	}
}

// commands returns the names of the manual pages: one for each command in the
// help.
func commands(t *testing.T, program string) []string {
	t.Helper()
	pages := []string{"transportcert"}
	var visit func(words ...string)
	visit = func(words ...string) {
		text, err := exec.Command(program, append(words, "--help")...).Output()
		require.NoError(t, err)
		_, list, _ := strings.Cut(string(text), "Available Commands:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for _, line := range strings.Split(list, "\n") {
			if name, _, found := strings.Cut(strings.TrimSpace(line), " "); found && name != "help" {
				pages = append(pages, "transportcert-"+strings.Join(append(slices.Clone(words), name), "-"))
				visit(append(slices.Clone(words), name)...)
			}
		}
	}
	visit()
	return pages
}

func sameFile(t *testing.T, want, found string) {
	t.Helper()
	a, err := os.ReadFile(want)
	require.NoError(t, err)
	b, err := os.ReadFile(found)
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
}

func TestArchives(t *testing.T) {
	m := read(t)
	linux, _ := unpack(t, dist+m.archive("linux_amd64"))
	pages := commands(t, filepath.Join(linux, strings.TrimSuffix(m.archive("linux_amd64"), ".tar.gz"), "transportcert"))
	require.Greater(t, len(pages), 15)
	for _, platform := range platforms {
		t.Run(platform, func(t *testing.T) {
			archive := m.archive(platform)
			folder, names := unpack(t, dist+archive)
			top := strings.TrimSuffix(strings.TrimSuffix(archive, ".zip"), ".tar.gz")
			has := func(name string) string {
				require.Contains(t, names, path.Join(top, name))
				return filepath.Join(folder, top, filepath.FromSlash(name))
			}
			system, machine, _ := strings.Cut(platform, "_")
			program := "transportcert"
			if system == "windows" {
				program += ".exe"
			}
			info, err := buildinfo.ReadFile(has(program))
			require.NoError(t, err)
			settings := map[string]string{}
			for _, setting := range info.Settings {
				settings[setting.Key] = setting.Value
			}
			require.Equal(t, []string{system, machine, "0", "true"}, []string{settings["GOOS"], settings["GOARCH"], settings["CGO_ENABLED"], settings["-trimpath"]})

			for _, file := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
				sameFile(t, root+file, has(file))
			}
			sameFile(t, root+"scripts/Export-TransportFacts.ps1", has("Export-TransportFacts.ps1"))
			for _, page := range pages {
				has("man/" + page + ".1.gz")
			}
			for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
				text, err := os.ReadFile(has("completions/transportcert." + shell))
				require.NoError(t, err)
				require.Contains(t, string(text), "transportcert")
			}
			require.GreaterOrEqual(t, len(info.Deps), 30)
			for _, module := range info.Deps {
				require.True(t, slices.ContainsFunc(names, func(name string) bool {
					file := strings.ToLower(path.Base(name))
					return strings.HasPrefix(name, path.Join(top, "licenses", module.Path)+"/") && (strings.HasPrefix(file, "license") || strings.HasPrefix(file, "copying"))
				}), "the license of %s", module.Path)
			}
			sameFile(t, filepath.Join(goroot(t), "LICENSE"), has("licenses/go/LICENSE"))
			requireSBOM(t, m, platform, info)
		})
	}
}

func goroot(t *testing.T) string {
	t.Helper()
	text, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

// requireSBOM compares the bill of materials with the linker's build
// information.
func requireSBOM(t *testing.T, m metadata, platform string, info *buildinfo.BuildInfo) {
	t.Helper()
	text, err := os.ReadFile(dist + "transportcert_" + m.Version + "_" + platform + ".cdx.json")
	require.NoError(t, err)
	var sbom struct {
		BOMFormat  string
		Components []struct{ Name, Version, PURL string }
	}
	require.NoError(t, json.Unmarshal(text, &sbom))
	require.Equal(t, "CycloneDX", sbom.BOMFormat)
	found := map[string]string{}
	for _, component := range sbom.Components {
		found[component.Name] = component.Version
	}
	for _, module := range info.Deps {
		require.Equal(t, module.Version, found[module.Path], module.Path)
	}
	require.Equal(t, info.GoVersion, found["std"])
}

// Every published file has a checksum, and no other file has one.
func TestChecksums(t *testing.T) {
	m := read(t)
	var want []string
	for _, platform := range platforms {
		want = append(want, m.archive(platform), "transportcert_"+m.Version+"_"+platform+".cdx.json")
	}
	want = append(want, m.packages()...)
	text, err := os.ReadFile(dist + "checksums.txt")
	require.NoError(t, err)
	var found []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		found = append(found, name)
		file, err := os.ReadFile(dist + name)
		require.NoError(t, err)
		digest := sha256.Sum256(file)
		require.Equal(t, hex.EncodeToString(digest[:]), sum, name)
	}
	require.ElementsMatch(t, want, found)
}

// The documentation names files that the release contains.
func TestNamesInPages(t *testing.T) {
	m := read(t)
	for _, page := range []string{"README.md", "docs/install.md", "docs/ci.md"} {
		text, err := os.ReadFile(root + page)
		require.NoError(t, err)
		names := regexp.MustCompile(`transportcert_0\.1\.0_[a-z0-9_]+\.[a-z.]*[a-z]`).FindAllString(string(text), -1)
		require.NotEmpty(t, names, page)
		for _, name := range names {
			require.FileExists(t, dist+strings.Replace(name, "0.1.0", m.Version, 1), page)
		}
	}
}

// Debian's own tools can read the packages.
func TestPackages(t *testing.T) {
	m := read(t)
	for _, name := range m.packages() {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			unpack := exec.Command("dpkg-deb", "-x", name, folder)
			if strings.HasSuffix(name, ".rpm") {
				unpack = exec.Command("sh", "-c", `rpm2cpio "$0" | (cd "$1" && cpio -id --quiet --no-absolute-filenames)`, name, folder)
			}
			unpack.Dir = dist
			output, err := unpack.CombinedOutput()
			require.NoError(t, err, string(output))
			zsh := "vendor-completions"
			if strings.HasSuffix(name, ".rpm") {
				zsh = "site-functions"
			}
			for _, file := range []string{
				"bin/transportcert", "share/man/man1/transportcert.1.gz", "share/man/man1/transportcert-evaluate.1.gz",
				"share/bash-completion/completions/transportcert", "share/fish/vendor_completions.d/transportcert.fish",
				"share/zsh/" + zsh + "/_transportcert", "share/transportcert/Export-TransportFacts.ps1",
				"share/doc/transportcert/copyright", "share/doc/transportcert/licenses/github.com/open-policy-agent/opa/LICENSE",
				"share/doc/transportcert/licenses/go/LICENSE",
			} {
				require.FileExists(t, filepath.Join(folder, "usr", file))
			}
			if strings.Contains(name, "amd64") {
				requireRuns(t, m, filepath.Join(folder, "usr/bin/transportcert"))
			}
		})
	}
}

const document = "fixtures/58-mismatch-in-session/input.json"

// run runs the program in the project's folder.
func run(t *testing.T, command ...string) string {
	t.Helper()
	program := exec.Command(command[0], command[1:]...)
	program.Dir = root
	output, err := program.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		require.NoError(t, err, string(failed.Stderr))
	}
	require.NoError(t, err)
	return strings.ReplaceAll(string(output), "\r\n", "\n")
}

func requireRuns(t *testing.T, m metadata, command ...string) {
	t.Helper()
	version := run(t, append(slices.Clone(command), "version")...)
	require.Contains(t, version, "transportcert "+m.Version+"\ncommit "+m.Commit+"\ndate 20")
	require.Contains(t, run(t, append(slices.Clone(command), "--version")...), m.Version+" (commit "+m.Commit+", 20")
	require.Equal(t, run(t, "go", "run", "./cmd/transportcert", "evaluate", document), run(t, append(slices.Clone(command), "evaluate", document)...))
	script, err := os.ReadFile(root + "scripts/Export-TransportFacts.ps1")
	require.NoError(t, err)
	require.Equal(t, string(script), run(t, append(slices.Clone(command), "export-script")...))
}

func TestPrograms(t *testing.T) {
	m := read(t)
	for platform, runner := range map[string][]string{"linux_amd64": nil, "windows_amd64": {"wine64"}} {
		t.Run(platform, func(t *testing.T) {
			if runner != nil {
				if _, err := exec.LookPath(runner[0]); err != nil {
					t.Skip("wine64 is not installed: run labs/install.sh, and this test with labs/wine/run.sh")
				}
			}
			folder, names := unpack(t, dist+m.archive(platform))
			i := slices.IndexFunc(names, func(name string) bool {
				return strings.TrimSuffix(path.Base(name), ".exe") == "transportcert"
			})
			require.GreaterOrEqual(t, i, 0)
			requireRuns(t, m, append(runner, filepath.Join(folder, names[i]))...)
		})
	}
}
