package transportcert.compliance

import data.transportcert.inbound_anonymous

# METADATA
# title: The directory cannot be read
# description: >-
#   The server cannot read its own object in the directory, so no internal transport certificate is loaded.
#   At a start event 12012 says so in place of this finding.
# related_resources:
#   - description: Step 3
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-3
# custom:
#   id: TC010
#   severity: error
#   remediation: >-
#     Look for what keeps {server} from its domain controllers (Test-ServiceHealth, nltest /dsgetdc, the
#     Application log), and restart the transport service afterwards.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("the server's object in the directory cannot be read (%s)", [inbound_anonymous.directory_error]),
	"path": "directory.readable",
}) if {
	not input.directory.readable
	not events[12012]
}

# METADATA
# title: No internal transport certificate
# description: >-
#   The directory names no internal transport certificate, or one that the store does not hold, and no event
#   says so: the first is an event at a start only, the second with ExchangeServer on an enabled connector only.
# related_resources:
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC011
#   severity: error
#   remediation: >-
#     Enable the best certificate for SMTP with Enable-ExchangeCertificate, or make one with
#     New-ExchangeCertificate.
report contains finding(rego.metadata.rule(), {
	"message": missing,
	"remediation": inbound_anonymous.enable_best,
	"path": "directory.internal_transport_certificate",
	"thumbprint": input.directory.internal_transport_certificate,
}) if {
	is_null(decision.certificate)
	input.directory.readable
	not events[12012]
	not events[12013]
}

# METADATA
# title: Missing
# description: Why there is no internal transport certificate where the directory can be read.
# scope: document
# custom:
#   document: input
missing := "msExchServerInternalTLSCert is not set in the directory, so no internal transport certificate is loaded" if {
	is_null(input.directory.internal_transport_certificate)
} else := sprintf(
	"the directory names the internal transport certificate %s, and the store does not hold it",
	[input.directory.internal_transport_certificate],
)

# METADATA
# title: No eligible certificate
# description: >-
#   No certificate meets every criterion of step 7, so nothing can take the place of the internal transport
#   certificate.
# related_resources:
#   - description: Step 7
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-7
# custom:
#   id: TC012
#   severity: warning
#   remediation: New-ExchangeCertificate -Services SMTP -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": sprintf("no certificate is eligible; the store holds %d", [count(input.certificates)]),
	"path": "certificates",
}) if {
	count(decision.eligible) == 0
}

# METADATA
# title: No best certificate
# description: Certificates are eligible, and none of them is a valid PKI certificate or self-signed.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
# custom:
#   id: TC013
#   severity: warning
#   remediation: >-
#     Import the CA's certificates on {server} where the chain lacks them, or make one with
#     New-ExchangeCertificate -Services SMTP.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s, and no eligible certificate is a valid PKI certificate or self-signed", [eligible_in_words]),
	"path": "certificates",
}) if {
	count(decision.eligible) > 0
	is_null(decision.best)
}

# METADATA
# title: Eligible in words
# description: How many certificates are eligible.
# scope: document
# custom:
#   document: decision
eligible_in_words := "1 certificate is eligible" if {
	count(decision.eligible) == 1
} else := sprintf("%d certificates are eligible", [count(decision.eligible)])

# METADATA
# title: A PKI certificate would be better
# description: >-
#   The best certificate is a valid PKI certificate, and the server serves another one. Where connectors have
#   ExchangeServer, event 1037 is reported besides. An organisation that wants the self-signed certificate
#   of Setup to stay, as Microsoft recommends for current versions, waives it or takes SMTP off the other.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC014
#   severity: warning
#   remediation: Enable-ExchangeCertificate -Thumbprint {best} -Services SMTP -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": sprintf("the best certificate %s is a valid PKI certificate, and the server serves %s", [
		decision.best,
		decision.certificate,
	]),
	"path": "directory.internal_transport_certificate",
	"thumbprint": decision.certificate,
	"best": decision.best,
}) if {
	decision.matches_best == false
	decision.best_kind == "pki"
}

# METADATA
# title: A name that no eligible certificate covers
# description: >-
#   The domain list has a name that is in no eligible certificate, neither as a common name nor as a DNS
#   name. A wildcard covers nothing but itself.
# related_resources:
#   - description: Step 6
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-6
# custom:
#   id: TC015
#   severity: warning
#   remediation: >-
#     Put the name into the next certificate (New-ExchangeCertificate -DomainName), or correct the name of
#     {server}.
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", ["no eligible certificate is for", domain]),
	"path": min(host_paths[domain]),
}) if {
	count(decision.eligible) > 0
	some domain in decision.domains
	not domain in eligible_names
}

# METADATA
# title: Eligible names
# description: The names of the eligible certificates, comparable.
# custom:
#   document: input
eligible_names := {inbound_anonymous.comparable(name) |
	some thumbprint in decision.eligible
	some name in names(inbound_anonymous.store[thumbprint])
}

# METADATA
# title: Names
# description: The names of a certificate that step 7 looks at.
# custom:
#   document: input
names(certificate) := array.concat(certificate.subject_common_names, certificate.dns_names)

# METADATA
# title: Host paths
# description: Where in the document each name of the host stands.
# custom:
#   document: input
host_paths := paths_by_name

# METADATA
# title: Paths by name
# description: The JSON paths of the names of the host, by the name.
# scope: document
# custom:
#   document: input
paths_by_name[inbound_anonymous.comparable(name)] contains concat(".", ["host", field]) if {
	some field in ["dns_fqdn", "dns_host_name", "physical_dns_fqdn", "physical_dns_host_name"]
	name := input.host[field]
}

paths_by_name[inbound_anonymous.comparable(name)] contains sprintf("host.nlb_cluster_names[%d]", [i]) if {
	some i, name in input.host.nlb_cluster_names
}

# METADATA
# title: A name without a domain
# description: >-
#   What should be a fully qualified name has no dot: the machine has no primary DNS suffix, and no
#   certificate of a CA will be for such a name.
# related_resources:
#   - description: Step 6
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-6
# custom:
#   id: TC016
#   severity: warning
#   remediation: >-
#     Give {server} its primary DNS suffix (System Properties, Computer Name, Change, More), and a certificate
#     with the full name.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has no domain", [input.host[field]]),
	"path": concat(".", ["host", field]),
}) if {
	some field in ["dns_fqdn", "physical_dns_fqdn"]
	not contains(inbound_anonymous.comparable(input.host[field]), ".")
}
