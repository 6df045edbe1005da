// Package host gathers the names of the machine, from which the domain list of
// step 6 is made: from Windows itself ([Local]), from a flag ([Names]), and the
// cluster names of Network Load Balancing from an export of the registry
// ([RegFile]).
//
// The cluster names are the one part that is laid onto another gatherer's host
// section; everything else replaces the section whole.
package host

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// section is the section of the document that this package fills.
const section = "host"

// interfacesKey is the registry key, below HKEY_LOCAL_MACHINE, with a key for
// each interface that Network Load Balancing is bound to. Its name is a GUID.
const interfacesKey = `SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface`

// clusterNameValue is the value of such a key that names the cluster.
const clusterNameValue = "ClusterName"

var guidPattern = regexp.MustCompile(`^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$`)

// setSource notes where the section came from, after what is noted already if
// it was only added to.
func setSource(doc *gather.Document, source string, added bool) {
	if doc.Sources == nil {
		doc.Sources = map[string]string{}
	}
	if before := doc.Sources[section]; added && before != "" {
		source = before + ", " + source
	}
	doc.Sources[section] = source
}

// A clusterKey is the registry key of one interface.
type clusterKey struct {
	set   string // the control set that it lies in; empty: the current one
	guid  string
	name  string // ClusterName; empty: not set
	fault string // why the value cannot be read
}

// clusterNames returns the names of the clusters, each once. A key without one
// goes to report.
func clusterNames(keys []clusterKey, report gather.Report) []string {
	var names []string
	for _, key := range keys {
		switch {
		case key.fault != "":
			reportf(report, `ignored the cluster name of the interface %s: %s`, key.guid, key.fault)
		case key.name == "":
			reportf(report, "ignored the interface %s: it has no %s", key.guid, clusterNameValue)
		case !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, key.name) }):
			names = append(names, key.name)
		}
	}
	return names
}

func reportf(report gather.Report, format string, args ...any) {
	if report != nil {
		report(fmt.Sprintf(format, args...))
	}
}
