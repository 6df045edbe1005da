package documents

import (
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/gather"
)

// names are names for certificates: the hosts' names with different case and
// more dots, names that look similar, and letters whose lower case is a
// different character: İ (U+0130) becomes i, the Kelvin sign (U+212A) becomes
// k, ẞ (U+1E9E) becomes ß, and ß stays.
var names = []string{
	"EX01", "ex01", "Ex01.", "ex01..", "ex01...", "EX011",
	"ex01.corp.contoso.test", "EX01.Corp.Contoso.TEST", "ex01.corp.contoso.test.", "ex01.corp.contoso.test..",
	"mail.corp.contoso.test", "nlb.corp.contoso.test", "NLB.corp.contoso.test.", "smtp.contoso.test",
	"*.corp.contoso.test", "*.CORP.contoso.test.", "corp.contoso.test", "*", ".", "..", "", " ex01", "ex01 ",
	"*.contoso.test", "*.*.contoso.test", "a.ex01.corp.contoso.test", "*.*.corp.contoso.test", "x*.corp.contoso.test",
	"MÜNCHEN", "münchen", "mu\u0308nchen", "STRASSE", "straße", "STRAẞE",
	"İzmir", "izmir", "IZMIR", "\u0131zmir", "\u212aiel", "kiel", "KIEL", "ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφοσ",
}

// hostNames are names for hosts: like names, but not empty.
var hostNames = []string{
	"EX01", "ex01.", "ex01..", "MAIL", "mail.corp.contoso.test", "NLB.corp.contoso.test", "smtp.contoso.test.",
	"*.corp.contoso.test", ".", "..", "MÜNCHEN", "Straße", "STRAẞE", "İzmir", "izmir", "\u212aiel", "kiel", "ΣΊΣΥΦΟΣ",
}

// hosts are usually ordinary; in some, each name is drawn independently.
var hosts = rapid.Custom(func(t *rapid.T) *gather.Host {
	name := rapid.SampledFrom(hostNames)
	host := &gather.Host{
		DNSFQDN:             "ex01.corp.contoso.test",
		DNSHostName:         "EX01",
		PhysicalDNSFQDN:     "EX01.corp.contoso.test",
		PhysicalDNSHostName: "EX01",
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 1: // a virtual server, whose names differ from those of the machine
		host.DNSFQDN, host.DNSHostName = "mail.corp.contoso.test", "MAIL"
	case 2:
		host.DNSFQDN = name.Draw(t, "dns_fqdn")
		host.DNSHostName = name.Draw(t, "dns_host_name")
		host.PhysicalDNSFQDN = name.Draw(t, "physical_dns_fqdn")
		host.PhysicalDNSHostName = name.Draw(t, "physical_dns_host_name")
	}
	if rapid.IntRange(0, 2).Draw(t, "nlb") == 2 {
		host.NLBClusterNames = rapid.SliceOfN(rapid.OneOf(name, name, rapid.Just("")), 1, 3).Draw(t, "nlb_cluster_names")
	}
	return host
})
