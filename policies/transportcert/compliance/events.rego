package transportcert.compliance

# METADATA
# title: Events
# description: The events of the decision by id.
# custom:
#   document: decision
events := {event.id: event | some event in decision.events}

# METADATA
# title: What an event says
# description: >-
#   Its message as a sentence without the server's name and the full stop, which every finding gets, and its
#   remediation.
# custom:
#   document: decision
said(event) := {
	"message": trim_suffix(trim_prefix(event.message, sprintf("%s: ", [decision.server])), "."),
	"remediation": event.remediation,
}

# METADATA
# title: Event 12012, the directory names no internal transport certificate
# description: >-
#   The transport service starts, and its object in the directory cannot be read or does not name a
#   certificate. No internal transport certificate is loaded, and X-ANONYMOUSTLS is not offered.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC001
#   severity: error
#   remediation: >-
#     Enable the best certificate for SMTP with Enable-ExchangeCertificate, or make one with
#     New-ExchangeCertificate.
report contains finding(rego.metadata.rule(), object.union(
	{"path": "directory.internal_transport_certificate"},
	said(events[12012]),
))

# METADATA
# title: Event 12013, the store does not hold the internal transport certificate
# description: >-
#   The directory names a certificate that the store does not hold. No internal transport certificate is
#   loaded, and X-ANONYMOUSTLS is not offered.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC002
#   severity: error
#   remediation: >-
#     Import the certificate again from backup, or enable the best certificate for SMTP, or make one with
#     New-ExchangeCertificate.
report contains finding(rego.metadata.rule(), object.union(
	{
		"path": "directory.internal_transport_certificate",
		"thumbprint": input.directory.internal_transport_certificate,
	},
	said(events[12013]),
))

# METADATA
# title: Event 12015, the internal transport certificate has expired
# description: The server serves an expired certificate. Steps 6 to 9 never replace it.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC003
#   severity: error
#   remediation: Renew the certificate and enable the new one for SMTP.
report contains finding(rego.metadata.rule(), object.union(
	{
		"path": place(decision.certificate, "not_after"),
		"thumbprint": decision.certificate,
	},
	said(events[12015]),
))

# METADATA
# title: Event 1037, the best certificate is another one
# description: >-
#   Steps 6 to 8 find a better certificate than the internal transport certificate, which the server serves
#   all the same.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC004
#   severity: warning
#   remediation: Enable the best certificate for SMTP with Enable-ExchangeCertificate.
report contains finding(rego.metadata.rule(), object.union(
	{
		"path": "directory.internal_transport_certificate",
		"thumbprint": decision.certificate,
	},
	said(events[1037]),
))
