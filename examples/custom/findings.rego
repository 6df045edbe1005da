package transportcert.custom

import data.transportcert.inbound_anonymous

# METADATA
# title: Certificate without a change
# description: >-
#   The internal transport certificate or the best certificate is from a CA, and its friendly name does not begin with the
#   number of the change that introduced it.
# related_resources:
#   - description: Contoso's rules for changes
#     ref: https://wiki.contoso.test/changes
# custom:
#   id: CONTOSO001
#   severity: warning
#   remediation: Begin the certificate's friendly name with the number of its change, CHG and seven digits.
findings contains {
	"rule_id": rule.custom.id,
	"title": rule.title,
	"severity": rule.custom.severity,
	"message": sprintf("%s: the certificate %s has no change in its friendly name.", [input.server, certificate.thumbprint]),
	"remediation": rule.custom.remediation,
	"references": [resource.ref | some resource in rule.related_resources],
	"path": sprintf("certificates[%d].friendly_name", [i]),
	"thumbprint": certificate.thumbprint,
} if {
	rule := rego.metadata.rule()
	some i, certificate in input.certificates
	certificate.thumbprint in {inbound_anonymous.decision.certificate, inbound_anonymous.decision.best}
	certificate.self_signed == false
	not has_change(certificate)
}

# METADATA
# title: Has a change
# description: Whether a friendly name begins with the number of a change.
has_change(certificate) if regex.match(`^CHG\d{7}\b`, certificate.friendly_name)
