package certstore

import (
	"time"

	"github.com/transportcert/transportcert/gather"
)

// LocalMachine gathers the certificates of the store LocalMachine\My of the
// Windows computer that it runs on.
//
// A certificate has a private key if the store names one for it
// (CERT_KEY_PROV_INFO_PROP_ID). It is enabled for SMTP if NETWORK SERVICE may
// read that key. Windows knows nothing of the other services, so services is
// ["SMTP"], empty, or, if the key's access control list cannot be read,
// unknown. Trust comes from the chain that Windows builds, with its roots,
// intermediate certificates and cached revocation lists; nothing is fetched
// from the network.
type LocalMachine struct {
	Now    time.Time     // the time for which Windows chooses a chain
	Report gather.Report // what could not be read; nil: discarded
}
