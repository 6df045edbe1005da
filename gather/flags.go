package gather

import (
	"cmp"
	"slices"
)

// The flags of Exchange's AuthMechanism, of a certificate's Services and of
// ServerRole, from the lowest bit on; empty: the flag is not used. Exchange writes
// None where there are none.
var (
	AuthMechanisms = []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer", "ExternalAuthoritative"}
	Services       = []string{"IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter"}
	ServerRoles    = []string{"Cafe", "Mailbox", "ClientAccess", "", "UnifiedMessaging", "HubTransport", "Edge"}
)

// Flags returns the names of the flags that are set, and the bits without a name.
func Flags(bits uint64, names []string) (set []string, unknown uint64) {
	set = []string{}
	for i, name := range names {
		if bits&(1<<i) != 0 && name != "" {
			set = append(set, name)
			bits &^= 1 << i
		}
	}
	return set, bits
}

// Roles returns the values of Document.Roles for flags of ServerRole. Exchange 2013
// calls its Client Access role Cafe.
func Roles(flags []string) []string {
	roles := []string{}
	for _, flag := range flags {
		role := cmp.Or(map[string]string{"Cafe": "ClientAccess", "Edge": "EdgeTransport"}[flag], flag)
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}
