package host_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/host"
)

// onlyWine skips a test that must not run on a real Windows.
func onlyWine(t *testing.T) {
	t.Helper()
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		t.Skip("this test changes the machine's names and runs under wine alone")
	}
}

// set writes a registry value, text or a number, until the test ends.
func set(t *testing.T, path, name string, value any) {
	t.Helper()
	key, _, err := registry.CreateKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.SET_VALUE)
	require.NoError(t, err)
	defer key.Close()
	before, _, missing := key.GetStringValue(name)
	switch value := value.(type) {
	case string:
		require.NoError(t, key.SetStringValue(name, value))
	case int:
		require.NoError(t, key.SetDWordValue(name, uint32(value)))
	}
	t.Cleanup(func() {
		key, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.SET_VALUE)
		require.NoError(t, err)
		defer key.Close()
		if missing != nil {
			require.NoError(t, key.DeleteValue(name))
		} else {
			require.NoError(t, key.SetStringValue(name, before))
		}
	})
}

// remove deletes a key of the registry when the test ends.
func remove(t *testing.T, path string) {
	t.Cleanup(func() { require.NoError(t, registry.DeleteKey(registry.LOCAL_MACHINE, path)) })
}

const interfaces = `SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface`

func TestLocal(t *testing.T) {
	onlyWine(t)
	machine, err := os.Hostname() // independently: ComputerNamePhysicalDnsHostname
	require.NoError(t, err)
	set(t, `SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`, "Domain", "corp.contoso.test")

	doc := gather.Document{}
	require.NoError(t, host.Local{}.Gather(context.Background(), &doc))
	require.Equal(t, &gather.Host{
		DNSFQDN: machine + ".corp.contoso.test", DNSHostName: machine,
		PhysicalDNSFQDN: machine + ".corp.contoso.test", PhysicalDNSHostName: machine,
	}, doc.Host)
	require.Equal(t, map[string]string{"host": "windows:GetComputerNameEx"}, doc.Sources)
	require.Equal(t, os.Getenv("COMPUTERNAME"), doc.Server)

	named := gather.Document{Server: "EX01"}
	require.NoError(t, host.Local{}.Gather(context.Background(), &named))
	require.Equal(t, "EX01", named.Server)
}

func TestLocalClusterNames(t *testing.T) {
	onlyWine(t)
	const (
		guid1 = `\{3F2504E0-4F89-11D3-9A0C-0305E82C3301}`
		guid2 = `\{6ba7b810-9dad-11d1-80b4-00c04fd430c8}`
		guid3 = `\{6ba7b811-9dad-11d1-80b4-00c04fd430c8}`
		guid4 = `\{6ba7b812-9dad-11d1-80b4-00c04fd430c8}`
	)
	for _, key := range []string{interfaces, interfaces + guid1, interfaces + guid2, interfaces + guid3, interfaces + guid4, interfaces + `\Global`} {
		remove(t, key)
	}
	set(t, interfaces+guid1, "ClusterName", "mail.contoso.test")
	set(t, interfaces+guid2, "ClusterName", "owa.contoso.test")
	set(t, interfaces+guid3, "ClusterName", "")
	set(t, interfaces+guid4, "ClusterName", 1)
	set(t, interfaces+`\Global`, "ClusterName", "no.interface.test")

	var reports []string
	doc := gather.Document{}
	require.NoError(t, host.Local{Report: func(s string) { reports = append(reports, s) }}.Gather(context.Background(), &doc))
	require.ElementsMatch(t, []string{"mail.contoso.test", "owa.contoso.test"}, doc.Host.NLBClusterNames)
	require.Len(t, reports, 2)
	require.Contains(t, reports, "ignored the interface "+guid3[1:]+": it has no ClusterName")
	require.Contains(t, reports, "ignored the cluster name of the interface "+guid4[1:]+": unexpected key value type")
}
