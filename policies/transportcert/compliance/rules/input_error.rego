package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Error in the input document
# description: >-
#   A field of the document is missing or is not what was expected, so nothing was decided and nothing else is
#   reported.
# related_resources:
#   - description: The input document
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#input-document
# custom:
#   id: TC090
#   severity: error
#   remediation: Correct the document at the place that the message names, or gather it again.
input_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_document],
	"message": input_error,
	"path": split(input_error, ": ")[0],
}) if {
	some input_error in decision.input_errors
}
