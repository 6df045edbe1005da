package host_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/host"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]gather.Host{
		"ex01.corp.contoso.test":             {DNSFQDN: "ex01.corp.contoso.test", DNSHostName: "ex01", PhysicalDNSFQDN: "ex01.corp.contoso.test", PhysicalDNSHostName: "ex01"},
		"Ex01.corp.contoso.test., EX01":      {DNSFQDN: "Ex01.corp.contoso.test.", DNSHostName: "EX01", PhysicalDNSFQDN: "Ex01.corp.contoso.test.", PhysicalDNSHostName: "EX01"},
		"EDGE_1":                             {DNSFQDN: "EDGE_1", DNSHostName: "EDGE_1", PhysicalDNSFQDN: "EDGE_1", PhysicalDNSHostName: "EDGE_1"},
		"poststelle.münchen.test,POSTSTELLE": {DNSFQDN: "poststelle.münchen.test", DNSHostName: "POSTSTELLE", PhysicalDNSFQDN: "poststelle.münchen.test", PhysicalDNSHostName: "POSTSTELLE"},
	} {
		names, err := host.ParseNames(value)
		require.NoError(t, err)
		doc := gather.Document{}
		require.NoError(t, names.Gather(context.Background(), &doc))
		require.Equal(t, &want, doc.Host)
		require.Equal(t, want.DNSHostName, doc.Server)
		require.Equal(t, map[string]string{"host": "flag:--host"}, doc.Sources)
	}

	for value, want := range map[string]string{
		"":                        `host "": expected FQDN or FQDN,NETBIOS`,
		",EX01":                   "expected FQDN or FQDN,NETBIOS",
		"ex01..contoso.test":      "expected FQDN or FQDN,NETBIOS",
		"ex01 corp":               "expected FQDN or FQDN,NETBIOS",
		"https://ex01":            "expected FQDN or FQDN,NETBIOS",
		"ex01.contoso.test,":      "expected a host name without dots after the comma",
		"ex01.contoso.test,a.b":   "expected a host name without dots after the comma",
		"ex01.contoso.test,A,B":   "expected a host name without dots after the comma",
		strings.Repeat("a", 64):   "expected FQDN or FQDN,NETBIOS",
		strings.Repeat("a.", 128): "expected FQDN or FQDN,NETBIOS",
	} {
		_, err := host.ParseNames(value)
		require.ErrorContains(t, err, want, value)
	}
}

// A server name from another source is kept; the section is replaced.
func TestNamesAfterAnotherSource(t *testing.T) {
	t.Parallel()
	doc := gather.Document{
		Server: "EX01", Host: &gather.Host{DNSFQDN: "old", NLBClusterNames: []string{"old"}},
		Sources: map[string]string{"host": "clixml:server.xml", "directory": "ldap:dc1"},
	}
	require.NoError(t, host.Names{FQDN: "ex01.contoso.test", HostName: "ex01"}.Gather(context.Background(), &doc))
	require.Equal(t, "EX01", doc.Server)
	require.Empty(t, doc.Host.NLBClusterNames)
	require.Equal(t, map[string]string{"host": "flag:--host", "directory": "ldap:dc1"}, doc.Sources)
}

const (
	wlbs   = `HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface`
	guid1  = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"
	guid2  = "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"
	header = "Windows Registry Editor Version 5.00\r\n\r\n"
)

// regedit encodes text as regedit does: UTF-16 with a byte order mark.
func regedit(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

// write writes a file. Under wine, a folder that is not empty cannot be
// removed, so it is kept.
func write(t *testing.T, data []byte) string {
	t.Helper()
	dir := ""
	if runtime.GOOS != "windows" {
		dir = t.TempDir()
	}
	file, err := os.CreateTemp(dir, "*.reg")
	require.NoError(t, err)
	_, err = file.Write(data)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	return file.Name()
}

func TestRegFile(t *testing.T) {
	t.Parallel()
	// "mail.contoso.test" in UTF-16LE, with its terminator, with line breaks as
	// in regedit.
	const hexUTF16 = `hex(2):6d,00,61,00,69,00,6c,00,2e,00,63,00,6f,00,6e,\` + "\r\n" +
		`  00,74,00,6f,00,73,00,6f,00,2e,00,74,00,65,00,\` + "\r\n" + `  73,00,74,00,00,00`
	key1, key2 := "["+wlbs+`\`+guid1+"]\r\n", "["+wlbs+`\`+guid2+"]\r\n"
	for name, test := range map[string]struct {
		data    []byte
		want    []string
		reports []string
	}{
		"as regedit writes it": {
			data: regedit(header + `[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WLBS]` + "\r\n\"ImagePath\"=hex(2):73,00,\\\r\n  79,00,00,00\r\n\"ClusterName\"=\"not.this.test\"\r\n\r\n" +
				key1 + "\"ClusterModeOnStart\"=dword:00000001\r\n\"ClusterName\"=\"mail.contoso.test\"\r\n\"DedicatedIPAddress\"=\"\"\r\n\r\n" +
				"[" + wlbs + `\` + guid1 + "\\PortRules]\r\n\"ClusterName\"=\"nor.this.test\"\r\n\r\n" +
				key2 + "\"ClusterName\"=\"owa.contoso.test\"\r\n"),
			want: []string{"mail.contoso.test", "owa.contoso.test"},
		},
		"UTF-8":                        {data: []byte(header + key1 + `"ClusterName"="müller.test"`), want: []string{"müller.test"}},
		"UTF-8 with a byte order mark": {data: []byte("\xef\xbb\xbf" + header + key1 + `"ClusterName"="müller.test"`), want: []string{"müller.test"}},
		"hex over several lines":       {data: regedit(header + key1 + `"ClusterName"=` + hexUTF16), want: []string{"mail.contoso.test"}},
		"escapes":                      {data: regedit(header + key1 + `"ClusterName"="a\\b\"c"`), want: []string{`a\b"c`}},
		"case, line feeds, comments": {
			data: []byte("Windows Registry Editor Version 5.00\n; made by hand\n[" + strings.ToLower(wlbs) + `\` + guid1 + "]\n; name\n\"CLUSTERNAME\"=\"mail.test\"\n"),
			want: []string{"mail.test"},
		},
		"one name twice": {data: regedit(header + key1 + "\"ClusterName\"=\"mail.test\"\r\n" + key2 + "\"ClusterName\"=\"MAIL.test\"\r\n"), want: []string{"mail.test"}},
		"a numbered control set": {
			data: regedit(header + strings.ReplaceAll(key1, "CurrentControlSet", "ControlSet001") + "\"ClusterName\"=\"mail.test\"\r\n"), want: []string{"mail.test"},
		},
		"the current control set and another one": {
			data: regedit(header + strings.ReplaceAll(key1, "CurrentControlSet", "ControlSet002") + "\"ClusterName\"=\"old.test\"\r\n" + key1 + "\"ClusterName\"=\"mail.test\"\r\n"), want: []string{"mail.test"},
		},
		"two numbered control sets that agree": {
			data: regedit(header + strings.ReplaceAll(key1, "CurrentControlSet", "ControlSet001") + "\"ClusterName\"=\"mail.test\"\r\n" +
				strings.ReplaceAll(key2, "CurrentControlSet", "ControlSet002") + "\"ClusterName\"=\"mail.test\"\r\n"), want: []string{"mail.test"},
		},
		"names left out": {
			data: regedit(header + key1 + "\"ClusterName\"=\"\"\r\n" + key2 + "\"ClusterName\"=dword:00000001\r\n"),
			reports: []string{
				"ignored the interface " + guid1 + ": it has no ClusterName",
				"ignored the cluster name of the interface " + guid2 + ": it is not text (REG_SZ)",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, test.data)
			doc := gather.Document{Host: &gather.Host{DNSFQDN: "ex01.contoso.test"}, Sources: map[string]string{"host": "flag:--host"}}
			var reports []string
			err := host.RegFile{Path: path, Report: func(s string) { reports = append(reports, s) }}.Gather(context.Background(), &doc)
			require.NoError(t, err)
			require.Equal(t, &gather.Host{DNSFQDN: "ex01.contoso.test", NLBClusterNames: test.want}, doc.Host)
			require.Equal(t, map[string]string{"host": "flag:--host, reg:" + path}, doc.Sources)
			require.Len(t, reports, len(test.reports))
			for i, want := range test.reports {
				require.Equal(t, path+": "+want, reports[i])
			}
		})
	}
}

func TestRegFileErrors(t *testing.T) {
	t.Parallel()
	key := "[" + wlbs + `\` + guid1 + "]\r\n"
	for text, want := range map[string]string{
		"":                       `line 1: expected "Windows Registry Editor Version 5.00"`,
		"REGEDIT4\r\n\r\n" + key: "line 1: expected",
		"[" + wlbs + `\` + guid1 + "]\r\n\"ClusterName\"=\"x\"": "line 1: expected",
		header: `expected a key HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface\{GUID}, found none`,
		header + "[" + wlbs + "]\r\n\"ClusterName\"=\"x\"":       "found none",
		header + "[" + wlbs + "\\eth0]\r\n\"ClusterName\"=\"x\"": "found none",
		header + "[-" + wlbs + `\` + guid1 + "]\r\n":             "found none",
		header + strings.ReplaceAll(key, "CurrentControlSet", "ControlSet001") + "\"ClusterName\"=\"a.test\"\r\n" + strings.ReplaceAll(key, "CurrentControlSet", "ControlSet002") + "\"ClusterName\"=\"b.test\"": "expected the keys of one control set, found ControlSet001 and ControlSet002 with different cluster names",
		header + key + "\"ClusterName\"=\"mail.test\r\n":               "line 4: ClusterName: expected the text to end with a quotation mark",
		header + key + "\"x\"=dword:1\r\n\"ClusterName\"=hex(1):6d,0g": "line 5: ClusterName: expected bytes in hex: ",
		"\ufeff" + header + key + "\"ClusterName\"=\"m\xfcller.test\"": "line 4: expected UTF-8, or UTF-16 with a byte order mark",
	} {
		path := write(t, []byte(text))
		doc := gather.Document{Host: &gather.Host{}}
		err := host.RegFile{Path: path}.Gather(context.Background(), &doc)
		require.ErrorContains(t, err, "registry export: "+path+": ")
		require.ErrorContains(t, err, want)
		require.Empty(t, doc.Host.NLBClusterNames)
	}

	err := host.RegFile{Path: "nlb.reg"}.Gather(context.Background(), &gather.Document{})
	require.ErrorContains(t, err, "cluster names from nlb.reg: expected a host section to add them to")
	err = host.RegFile{Path: filepath.Join("not", "there.reg")}.Gather(context.Background(), &gather.Document{Host: &gather.Host{}})
	require.ErrorIs(t, err, os.ErrNotExist)
}
