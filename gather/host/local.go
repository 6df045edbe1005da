package host

import "github.com/transportcert/transportcert/gather"

// Local gathers the names of the Windows computer that it runs on: its own from
// GetComputerNameEx, and those of its clusters from the registry value
// ClusterName of each interface below
// HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface.
type Local struct {
	Report gather.Report // interfaces without a cluster name; nil: discarded
}
