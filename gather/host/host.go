// Package host gathers the computer's names, which determine the domain list of
// step 6: from Windows itself ([Local]) or from a flag ([Names]). The cluster
// names of Network Load Balancing come from a registry export ([RegFile]).
//
// Cluster names are added to the host section of another gatherer; everything
// else replaces the whole section.
package host

import (
	"regexp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// interfacesKey is the registry key below HKEY_LOCAL_MACHINE that has a subkey,
// named by a GUID, for each interface that Network Load Balancing is bound to.
const interfacesKey = `SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface`

// clusterNameValue is the value of such a subkey that names the cluster.
const clusterNameValue = "ClusterName"

var guidPattern = regexp.MustCompile(`^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$`)

// A clusterKey is the registry key of one interface.
type clusterKey struct {
	set   string // its control set; empty: the current one
	guid  string
	name  string // ClusterName; empty: not set
	fault string // why the value cannot be read
}

// clusterNames returns the names of the clusters without duplicates. A key
// without a name is reported.
func clusterNames(keys []clusterKey, report gather.Report) []string {
	var names []string
	for _, key := range keys {
		switch {
		case key.fault != "":
			report.Sentence(`ignored the cluster name of the interface %s: %s`, key.guid, key.fault)
		case key.name == "":
			report.Sentence("ignored the interface %s: it has no %s", key.guid, clusterNameValue)
		case !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, key.name) }):
			names = append(names, key.name)
		}
	}
	return names
}
