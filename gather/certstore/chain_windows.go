package certstore

import (
	"fmt"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/transportcert/transportcert/gather"
)

// Flags of CertGetCertificateChain: nothing is fetched from the network, and
// revocation is known only from the lists in the computer's cache.
const chainFlags = 0x00000004 | // CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL
	0x40000000 | // CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
	0x80000000 // CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY

// machineEngine is HCCE_LOCAL_MACHINE: chains are built from the computer's
// stores only, as for services, and not from those of the current user.
const machineEngine = 1

const (
	revocationUnknown = windows.CERT_TRUST_REVOCATION_STATUS_UNKNOWN | windows.CERT_TRUST_IS_OFFLINE_REVOCATION

	// notTimeNested is a Windows NT error that no longer matters.
	notTimeNested = 0x00000002

	// ignoredErrors leave a chain trusted: its validity periods become the
	// window of the trust, and its revocation is recorded separately.
	ignoredErrors = windows.CERT_TRUST_IS_NOT_TIME_VALID | notTimeNested | windows.CERT_TRUST_IS_REVOKED | revocationUnknown
)

// chainErrors are the other errors that occur in practice.
var chainErrors = []struct {
	bit  uint32
	text string
}{
	{windows.CERT_TRUST_IS_UNTRUSTED_ROOT, "its root is not trusted"},
	{windows.CERT_TRUST_IS_PARTIAL_CHAIN, "an issuer was not found"},
	{windows.CERT_TRUST_IS_NOT_SIGNATURE_VALID, "a signature is wrong"},
	{windows.CERT_TRUST_IS_EXPLICIT_DISTRUST, "it is explicitly distrusted"},
	{windows.CERT_TRUST_IS_CYCLIC, "the chain is circular"},
	{windows.CERT_TRUST_INVALID_BASIC_CONSTRAINTS, "an issuer is not a CA"},
	{windows.CERT_TRUST_HAS_WEAK_SIGNATURE, "a signature is weak"},
}

// windowsTrust returns the trust of a certificate according to Windows. The
// error field says so.
func windowsTrust(c *windows.CertContext, now time.Time) gather.Trust {
	at := windows.NsecToFiletime(now.UnixNano())
	parameters := windows.CertChainPara{}
	parameters.Size = uint32(unsafe.Sizeof(parameters))
	var chain *windows.CertChainContext
	if err := windows.CertGetCertificateChain(machineEngine, c, &at, 0, &parameters, chainFlags, 0, &chain); err != nil {
		return gather.Trust{Chain: gather.ChainUnknown, Error: fmt.Sprintf("Windows could not build a chain: %v", err)}
	}
	defer windows.CertFreeCertificateChain(chain)

	const source = "from Windows' own chain"
	status, elements := chain.TrustStatus.ErrorStatus, chainElements(chain)
	trust := gather.Trust{Chain: gather.ChainUntrusted, Revoked: revoked(status, len(elements)), Error: source}
	if left := status &^ uint32(ignoredErrors); left != 0 {
		trust.Error = source + ": " + chainError(left)
		return trust
	}
	from, until := "", ""
	for i, element := range elements {
		certificate, _, err := gather.NewCertificate(encoded(element.CertContext))
		if err != nil {
			return gather.Trust{Chain: gather.ChainUnknown, Error: fmt.Sprintf("%s: certificate %d of %d: %v", source, i+1, len(elements), err)}
		}
		from = max(from, certificate.NotBefore)
		if until == "" || certificate.NotAfter < until {
			until = certificate.NotAfter
		}
	}
	if from > until {
		trust.Error = source + ": its certificates are never all valid at the same time"
		return trust
	}
	trust.Chain, trust.ValidFrom, trust.ValidUntil = gather.ChainTrusted, &from, &until
	return trust
}

// revoked returns the revocation status of a chain, or nil if it is unknown. A
// chain of a single root has none, because no revocation list covers a root.
func revoked(status uint32, elements int) *bool {
	yes := status&windows.CERT_TRUST_IS_REVOKED != 0
	if !yes && (status&revocationUnknown != 0 || elements < 2) {
		return nil
	}
	return &yes
}

// chainElements returns the certificates of the chain, starting with the leaf.
func chainElements(chain *windows.CertChainContext) []*windows.CertChainElement {
	simple := *chain.Chains
	return unsafe.Slice(simple.Elements, simple.NumElements)
}

func chainError(status uint32) string {
	var texts []string
	for _, e := range chainErrors {
		if status&e.bit != 0 {
			texts = append(texts, e.text)
			status &^= e.bit
		}
	}
	if status != 0 {
		texts = append(texts, fmt.Sprintf("trust status 0x%08x", status))
	}
	return strings.Join(texts, ", ")
}
