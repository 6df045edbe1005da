package certstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// Wine reads the CA stores once per process, when it builds the first chain, so
// this test must come first by the name of its file.
func TestChainsOfTheStore(t *testing.T) {
	root := issue(t, "transportcert test root CA", nobody, noon.Add(-100*day), noon.Add(100*day))
	intermediate := issue(t, "transportcert test CA", root, noon.Add(-10*day), noon.Add(50*day))
	add(t, "ROOT", root)
	add(t, "CA", intermediate)
	unknown := issue(t, "transportcert test unknown CA", nobody, noon.Add(-100*day), noon.Add(100*day))
	type want struct {
		chain, from, until, err string
	}
	for name, test := range map[string]struct {
		certificate *certAndKey
		want        want
	}{
		"trusted":                {issue(t, "leaf", intermediate, noon.Add(-20*day), noon.Add(40*day)), want{gather.ChainTrusted, "2026-11-12T12:00:00Z", "2027-01-01T12:00:00Z", "from Windows' own chain"}},
		"from the root":          {issue(t, "leaf", root, noon.Add(-200*day), noon.Add(200*day)), want{gather.ChainTrusted, "2026-08-14T12:00:00Z", "2027-03-02T12:00:00Z", "from Windows' own chain"}},
		"expired":                {issue(t, "leaf", intermediate, noon.Add(-9*day), noon.Add(-5*day)), want{gather.ChainTrusted, "2026-11-13T12:00:00Z", "2026-11-17T12:00:00Z", "from Windows' own chain"}},
		"not yet valid":          {issue(t, "leaf", intermediate, noon.Add(5*day), noon.Add(9*day)), want{gather.ChainTrusted, "2026-11-27T12:00:00Z", "2026-12-01T12:00:00Z", "from Windows' own chain"}},
		"never valid":            {issue(t, "leaf", intermediate, noon.Add(60*day), noon.Add(90*day)), want{gather.ChainUntrusted, "", "", "from Windows' own chain: its certificates are never all valid at the same time"}},
		"self-signed":            {issue(t, "EX01", nobody, noon.Add(-day), noon.Add(day)), want{gather.ChainUntrusted, "", "", "from Windows' own chain: its root is not trusted"}},
		"from an unknown issuer": {issue(t, "leaf", unknown, noon.Add(-day), noon.Add(day)), want{gather.ChainUntrusted, "", "", "from Windows' own chain: an issuer was not found"}},
	} {
		t.Run(name, func(t *testing.T) {
			add(t, "MY", test.certificate)
			found, _ := gatherStore(t)
			trust := found[thumbprint(t, test.certificate.Raw)].Trust
			text := func(s *string) string {
				if s == nil {
					return ""
				}
				return *s
			}
			require.Equal(t, test.want, want{trust.Chain, text(trust.ValidFrom), text(trust.ValidUntil), trust.Error})
			require.Nil(t, trust.Revoked, "no revocation list is there to know it from")
		})
	}
}
