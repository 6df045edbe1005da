package gather

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDisplayVersion(t *testing.T) {
	t.Parallel()
	for shown, want := range map[string]string{
		"Version 15.2 (Build 1748.10)":                  "15.2.1748.10",
		"Version 15.2 (Build 986.5)":                    "15.2.986.5",
		"Version 8.3 (Build 83.6)":                      "8.3.83.6",
		"Version 6.5 (Build 7638.2: Service Pack 2)":    "6.5.7638.2",
		"Version 14.3 (Build 123)":                      "14.3.123",
		"Version 15.2":                                  "15.2",
		"バージョン 15.2 (ビルド 986.5)":                        "15.2.986.5",
		"Versión 15.2 (compilación 986.5)":              "15.2.986.5",
		"15.2 (Build 986.5)":                            "",
		"Version\n15.2 (Build 986.5)":                   "",
		"Version 15":                                    "",
		"15.2.1748.10":                                  "",
		"Version 15.2 (Build 1748.10.1)":                "",
		"Version 15.2 (Build )":                         "",
		"Version 15.2 (Build 1748.10) x":                "",
		"Version 12345678901.2 (Build 1.1)":             "",
		"Version 15.2 (Build 1748.10: \x1b[2J) (again)": "",
	} {
		require.Equal(t, want, DisplayVersion(shown), shown)
	}
}
