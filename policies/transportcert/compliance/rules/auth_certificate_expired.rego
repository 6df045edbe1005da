package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: The Auth certificate has expired
# description: >-
#   Every Exchange Server Auth certificate in the store has expired. OAuth between servers fails, and on current
#   versions so do Outlook on the web and the Exchange admin center. A store without an Auth certificate is not
#   reported, because the document does not say whether the server's version and roles require one.
# related_resources:
#   - description: HealthChecker, Auth certificate check
#     ref: https://aka.ms/HC-OAuthExpired
# custom:
#   id: TC026
#   severity: error
#   remediation: >-
#     Create a new Auth certificate and publish it with Set-AuthConfig.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.auth_certificate,
	"message": sprintf("the Exchange Server Auth certificate %s expired on %s", [thumbprint, not_after]),
	"path": path(thumbprint, "not_after"),
	"thumbprint": thumbprint,
}) if {
	[not_after, thumbprint] := latest_auth
	not_after < document.now
}
