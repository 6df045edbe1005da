package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No certificate for STARTTLS (event 12014)
# description: A connector with Tls finds no certificate that it can use for STARTTLS, and does not offer it.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC005
#   severity: error
#   remediation: >-
#     Enable a matching certificate for SMTP, or create or import one for the name that the connector searches for.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.starttls(i, starttls[i]),
		"path": searched_path(i),
		"connector": event.connector,
	},
	wording(event),
)) if {
	some [i, event] in starttls_events(12014)
}
