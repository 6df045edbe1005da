package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: The certificate for STARTTLS has expired (event 12016)
# description: A connector uses an expired certificate for STARTTLS. It still offers STARTTLS.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC006
#   severity: error
#   remediation: Renew the certificate, or remove it if another one can replace it.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.starttls(i, starttls[i]),
		"path": path(starttls[i].certificate, "not_after"),
		"thumbprint": starttls[i].certificate,
		"connector": event.connector,
	},
	wording(event),
)) if {
	some [i, event] in starttls_events(12016)
}
