# Helpers of the rules about certificates.
package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.internal_certificate
import data.transportcert.remedies

# The certificates that step 9 compares: two, one or none.
loaded_and_best := [certificate |
	some thumbprint in {decision.certificate, decision.best}
	certificate := document.store[thumbprint]
]

# The certificates that the rules check, like HealthChecker: the internal transport certificate, the best one, and every
# certificate that is enabled for an Exchange service.
in_use := [certificate |
	some certificate in input.certificates
	is_in_use(certificate)
]

is_in_use(certificate) if certificate.thumbprint in {decision.certificate, decision.best}

is_in_use(certificate) if count(remedies.exchange_services(certificate)) > 0

# The JSON path of a certificate's field.
path(thumbprint, field) := sprintf("certificates[%d].%s", [indices[thumbprint], field])

indices := {certificate.thumbprint: i | some i, certificate in input.certificates}

# A certificate in words: its use or its services, and its thumbprint.
described(certificate) := concat(" ", ["the internal transport certificate", certificate.thumbprint]) if {
	certificate.thumbprint == decision.certificate
} else := concat(" ", ["the best certificate", certificate.thumbprint]) if {
	certificate.thumbprint == decision.best
} else := sprintf("the certificate %s (%s)", [certificate.thumbprint, concat(", ", remedies.exchange_services(certificate))]) if {
	count(remedies.exchange_services(certificate)) > 0
} else := concat(" ", ["the certificate", certificate.thumbprint])

# The not_after and the thumbprint of the Auth certificate that expires last.
latest_auth := max({[certificate.not_after, certificate.thumbprint] |
	some certificate in input.certificates
	remedies.is_auth_certificate(certificate)
})

loaded_expires_soon if expires_between(internal_certificate.loaded, document.now, expiry_horizon)

# The eligible certificates, in order, that are valid when the internal transport certificate expires and still valid
# after expires_within_days. The internal transport certificate itself is not among them if it expires earlier.
replacements := [thumbprint |
	some thumbprint in decision.eligible
	certificate := document.store[thumbprint]
	certificate.not_before <= internal_certificate.loaded.not_after
	expiry_horizon <= certificate.not_after
]
