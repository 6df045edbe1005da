package transportcert.compliance.rules

import data.transportcert.internal_certificate
import data.transportcert.remedies

# METADATA
# title: The directory cannot be read
# description: >-
#   The server cannot read its own object in the directory, so it loads no internal transport certificate. At startup,
#   event 12012 reports this instead.
# related_resources:
#   - description: Step 3
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-3
# custom:
#   id: TC010
#   severity: error
#   remediation: >-
#     Find out why {server} cannot reach its domain controllers (Test-ServiceHealth, nltest /dsgetdc, the Application
#     log). Then restart the transport service.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.directory],
	"message": sprintf("the server's object in the directory cannot be read (%s)", [internal_certificate.directory_error]),
	"path": "directory.readable",
}) if {
	not input.directory.readable
	not events_by_id[12012]
}
