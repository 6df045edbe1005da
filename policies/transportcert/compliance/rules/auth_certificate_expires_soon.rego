package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: The Auth certificate expires soon
# description: Every Exchange Server Auth certificate in the store expires within expires_within_days.
# related_resources:
#   - description: HealthChecker, Auth certificate check
#     ref: https://aka.ms/HC-OAuthExpired
# custom:
#   id: TC027
#   severity: warning
#   remediation: >-
#     Create a new Auth certificate and publish it with Set-AuthConfig.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.auth_certificate,
	"message": sprintf("the Exchange Server Auth certificate %s expires on %s", [thumbprint, not_after]),
	"path": path(thumbprint, "not_after"),
	"thumbprint": thumbprint,
}) if {
	[not_after, thumbprint] := latest_auth
	document.now <= not_after
	not_after < expiry_horizon
}
