//go:build !js

package bundles

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/retry"

	"github.com/transportcert/transportcert/internal/files"
)

const (
	scheme           = "oci://"
	registryDeadline = 2 * time.Minute // for one push or pull
	maxRedirects     = 10              // of one request, as of Go's own client
)

// digested matches the end of a reference that names a bundle by its digest.
var digested = regexp.MustCompile(`@[A-Za-z0-9+._-]+:[0-9A-Fa-f]+$`)

// Registry pushes and pulls bundles to and from OCI registries, with the media
// types that OPA downloads. The credentials are those of docker's
// configuration.
type Registry struct {
	CA        string // PEM file with the CA certificates of the registry; empty: the system's
	PlainHTTP bool   // use http instead of https, for a registry on a loopback address
}

// Push sends a bundle to oci://HOST/REPO:TAG and returns
// oci://HOST/REPO@DIGEST, which is the same whenever the same bundle is pushed.
func (r Registry) Push(ctx context.Context, data []byte, reference string) (pushed string, err error) {
	ctx, cancel := context.WithTimeout(ctx, registryDeadline)
	defer cancel()
	repository, err := r.repository(reference)
	if err != nil {
		return "", err
	}
	defer wrap(&err, "pushing "+reference)
	if err := repository.Reference.ValidateReferenceAsTag(); err != nil {
		return "", fmt.Errorf("expected oci://HOST/REPO:TAG: %w", err)
	}
	layer, err := oras.PushBytes(ctx, repository, ocispec.MediaTypeImageLayerGzip, data)
	if err != nil {
		return "", err
	}
	config, err := oras.PushBytes(ctx, repository, ocispec.MediaTypeImageConfig, []byte("{}"))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    config,
		Layers:    []ocispec.Descriptor{layer},
	})
	if err != nil {
		return "", err
	}
	manifest, err := oras.TagBytes(ctx, repository, ocispec.MediaTypeImageManifest, text, repository.Reference.Reference)
	repository.Reference.Reference = manifest.Digest.String()
	return scheme + repository.Reference.String(), err
}

// Pull returns the bundle at oci://HOST/REPO:TAG or oci://HOST/REPO@DIGEST and
// the digest of its manifest. All data is verified against the digests.
func (r Registry) Pull(ctx context.Context, reference string) (data []byte, digest string, err error) {
	ctx, cancel := context.WithTimeout(ctx, registryDeadline)
	defer cancel()
	repository, err := r.repository(reference)
	if err != nil {
		return nil, "", err
	}
	defer wrap(&err, "pulling "+reference)
	descriptor, text, err := oras.FetchBytes(ctx, repository, repository.Reference.Reference, oras.DefaultFetchBytesOptions)
	if err != nil {
		return nil, "", err
	}
	var manifest ocispec.Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, "", fmt.Errorf("reading the manifest: %w", err)
	}
	for _, layer := range manifest.Layers {
		if layer.MediaType != ocispec.MediaTypeImageLayerGzip {
			continue
		}
		if layer.Size > maxBundle {
			return nil, "", fmt.Errorf("expected at most %d bytes, found %d", maxBundle, layer.Size)
		}
		if data, err = content.FetchAll(ctx, repository.Blobs(), layer); err == nil {
			_, err = unpack(data)
		}
		return data, descriptor.Digest.String(), err
	}
	return nil, "", fmt.Errorf("expected a layer %s, found none", ocispec.MediaTypeImageLayerGzip)
}

func wrap(err *error, doing string) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", doing, *err)
	}
}

// InRegistry reports whether a bundle is in a registry rather than in a file or
// folder.
func InRegistry(bundle string) (bool, error) {
	if strings.HasPrefix(bundle, scheme) {
		return true, nil
	}
	if name, _, isURL := strings.Cut(bundle, "://"); isURL { // it can contain a password
		return false, fmt.Errorf("bundle %s://...: expected a file, a folder or oci://HOST/REPO:TAG", name)
	}
	return false, nil
}

func (r Registry) repository(reference string) (*remote.Repository, error) {
	if strings.Contains(digested.ReplaceAllString(reference, ""), "@") {
		return nil, errors.New("a reference with a user name or a password (not repeated here): expected oci://HOST/REPO:TAG; credentials are those of docker login")
	}
	repository, err := remote.NewRepository(strings.TrimPrefix(reference, scheme))
	if err != nil || !strings.HasPrefix(reference, scheme) || repository.Reference.Reference == "" {
		return nil, fmt.Errorf("%s: expected oci://HOST/REPO:TAG", reference)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if r.CA != "" {
		pool, skipped, err := files.Authorities(r.CA)
		if err == nil && len(skipped) > 0 {
			err = fmt.Errorf("%s: %s", r.CA, skipped[0])
		}
		if err != nil {
			return nil, fmt.Errorf("reading the CA: %w", err)
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return nil, fmt.Errorf("reading docker's configuration: %w", err)
	}
	repository.PlainHTTP = r.PlainHTTP
	repository.Client = &auth.Client{
		Client: &http.Client{
			Transport: httpsOnly{retry.NewTransport(transport), r.PlainHTTP},
			CheckRedirect: func(_ *http.Request, via []*http.Request) error { // package auth removes Go's own limit
				if len(via) >= maxRedirects {
					return fmt.Errorf("stopped after %d redirects", maxRedirects)
				}
				return nil
			},
		},
		Cache:      auth.NewCache(),
		Credential: credentials.Credential(store),
	}
	return repository, nil
}

// ErrNotHTTPS means that a registry would be reached without TLS.
var ErrNotHTTPS = errors.New("expected https")

// httpsOnly allows requests without TLS only to a loopback address, including the
// addresses that a registry redirects to.
type httpsOnly struct {
	next      http.RoundTripper
	plainHTTP bool
}

func (g httpsOnly) RoundTrip(request *http.Request) (*http.Response, error) {
	host := request.URL.Hostname()
	address := net.ParseIP(host)
	loopback := host == "localhost" || address != nil && address.IsLoopback()
	if request.URL.Scheme != "https" && !(g.plainHTTP && loopback) {
		return nil, fmt.Errorf("%s: %w", request.URL.Host, ErrNotHTTPS)
	}
	return g.next.RoundTrip(request)
}
