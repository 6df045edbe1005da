package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: The facts are too old
# description: >-
#   The facts were gathered more than facts_max_age_days before now. Certificates and connectors may have changed
#   since then.
# related_resources:
#   - description: The input document
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#input-document
# custom:
#   id: TC054
#   severity: warning
#   remediation: Gather the facts of {server} again.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.gather_facts],
	"message": sprintf("the facts were gathered on %s, more than %d days before %s", [
		input.gathered_at,
		compliance.config.facts_max_age_days,
		document.now,
	]),
	"path": "gathered_at",
}) if {
	input.gathered_at < oldest_facts
}
