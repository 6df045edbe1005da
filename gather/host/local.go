package host

import "github.com/transportcert/transportcert/gather"

// Local gathers the names of the machine that it runs on, which must be a
// Windows: its own by GetComputerNameEx, those of its clusters from the
// registry value ClusterName of each interface below
// HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface.
type Local struct {
	Report gather.Report // interfaces without a cluster name; nil: discarded
}
