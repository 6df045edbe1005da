package directory

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pairs  []string
		want   string
		report string
		err    string
	}{
		"nothing":                  {},
		"a build with 30000":       {pairs: []string{attrSerial, "Version 15.2 (Build 31748.10)", attrVersion, "1"}, want: "15.2.1748.10"},
		"a build without":          {pairs: []string{attrSerial, "Version 8.3 (Build 83.6)"}, want: "8.3.83.6"},
		"a build of 30000":         {pairs: []string{attrSerial, "Version 14.3 (Build 30000.1)"}, want: "14.3.0.1"},
		"a build of 29999":         {pairs: []string{attrSerial, "Version 14.3 (Build 29999.1)"}, want: "14.3.29999.1"},
		"Exchange 2003":            {pairs: []string{attrSerial, "Version 6.5 (Build 7638.2: Service Pack 2)"}, want: "6.5.7638.2"},
		"no build":                 {pairs: []string{attrSerial, "Version 15.2"}, want: "15.2"},
		"the second value":         {pairs: []string{attrSerial, "4711", attrSerial, "Version 15.2 (Build 31748.10)"}, want: "15.2.1748.10", report: `EX01: ignored serialNumber: expected text such as Version 15.2 (Build 31748.10), found "4711"`},
		"the number":               {pairs: []string{attrVersion, "1937866970"}, want: "14.1.218"}, // 0x738180DA, the example of the published layout
		"a text of another kind":   {pairs: []string{attrSerial, "4711", attrVersion, "1937866970"}, want: "14.1.218", report: `ignored serialNumber`},
		"a number that packs none": {pairs: []string{attrVersion, "7"}, report: "EX01: ignored versionNumber, 7: expected a packed Exchange version"},
		"no number":                {pairs: []string{attrVersion, "x"}, err: `versionNumber, "x": expected an integer of 32 bits`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reports []string
			g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
			got, err := g.version(ex01(tc.pairs...))
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Contains(t, strings.Join(reports, "\n"), tc.report)
			require.Equal(t, tc.report == "", len(reports) == 0)
		})
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string][]string{
		"":      nil,
		"0":     {},
		"2":     {"Mailbox"},
		"54":    {"Mailbox", "ClientAccess", "UnifiedMessaging", "HubTransport"}, // 2013 and later
		"16385": {"ClientAccess"},                                                // Client Access of 2013
		"64":    {"EdgeTransport"},
		"5":     {"ClientAccess"},
		"4098":  {"Mailbox"},
	} {
		var reports []string
		g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
		s := ex01()
		if flags != "" {
			s = ex01(attrRoles, flags)
		}
		got, err := g.roles(s)
		require.NoError(t, err)
		require.Equal(t, want, got, flags)
		if flags == "4098" {
			require.Equal(t, []string{"EX01: unknown msExchCurrentServerRoles ignored: 0x1000"}, reports)
		} else {
			require.Empty(t, reports)
		}
	}
	_, err := Gatherer{}.roles(ex01(attrRoles, "Mailbox"))
	require.ErrorContains(t, err, `msExchCurrentServerRoles, "Mailbox": expected an integer of 32 bits`)
}
