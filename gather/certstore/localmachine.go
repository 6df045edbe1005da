package certstore

import (
	"time"

	"github.com/transportcert/transportcert/gather"
)

// LocalMachine gathers the certificates of the store LocalMachine\My of the
// computer it runs on, which must be a Windows.
//
// A certificate has a private key where the store names one for it
// (CERT_KEY_PROV_INFO_PROP_ID). It is enabled for SMTP where NETWORK SERVICE
// has the right to read that key; of the other services Windows knows nothing,
// so services is ["SMTP"], empty, or, where the key's access control list
// cannot be read, unknown. Trust comes from the chain that Windows itself
// builds, its own roots, intermediate certificates and cached revocation lists
// included; nothing is fetched for it.
type LocalMachine struct {
	Now    time.Time     // the time for which Windows chooses a chain
	Report gather.Report // what could not be read; nil: discarded
}
