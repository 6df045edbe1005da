# METADATA
# scope: package
# title: What if
# description: >-
#   What a command of the Exchange Management Shell would change in the facts about a server. The input is an object with
#   the document and an edit, which describes the command: its action is add, remove, enable, renew or
#   set_tls_certificate_name.
# related_resources:
#   - description: What if
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/foresight.md
package transportcert.whatif

import data.transportcert.document
import data.transportcert.effects
import data.transportcert.remedies

# METADATA
# title: Answer
# description: The effect of the edit as a JSON Patch on the document, or the reason why Exchange refuses the command.
answer := {"refused": reason, "effect": []} if {
	edit := input.edit
	reason := refusal(edit) with input as input.document
} else := {"refused": null, "effect": effect} if {
	edit := input.edit
	effect := effect_of(edit) with input as input.document
}

# METADATA
# title: Refusal
# description: Why Exchange refuses a command; undefined if it does not.
# scope: document
refusal(edit) := "Exchange does not remove the internal transport certificate; make another certificate the internal transport certificate first" if {
	edit.action == "remove"
	edit.thumbprint == input.directory.internal_transport_certificate
} else := sprintf("Exchange does not remove a certificate that the TlsCertificateName of the Send connector %s names; set another one first", [name]) if {
	edit.action == "remove"
	name := [connector.name |
		some connector in object.get(input, "send_connectors", [])
		remedies.is_named_by(document.store[edit.thumbprint], connector.tls_certificate_name)
	][0]
} else := "New-ExchangeCertificate renews only self-signed certificates; pass THUMBPRINT=FILE with the certificate from the CA" if {
	edit.action == "renew"
	not edit.certificate
	not document.store[edit.thumbprint].self_signed == true
} else := sprintf("the certificate %s is already in the store", [edit.certificate.thumbprint]) if {
	document.store[edit.certificate.thumbprint]
}

# METADATA
# title: Effect of an edit
# description: The effect of a command that Exchange does not refuse.
# scope: document
effect_of(edit) := effects.add_certificate(edit.certificate, edit.services, edit.overwrite_default) if edit.action == "add"

effect_of(edit) := effects.remove_certificate(edit.thumbprint) if edit.action == "remove"

effect_of(edit) := effects.enable_services(edit.thumbprint, edit.services, edit.overwrite_default) if edit.action == "enable"

# The request was created on the server, so the private key for the CA's certificate is there.
effect_of(edit) := effects.renew(edit.thumbprint, object.union(edit.certificate, {"has_private_key": true})) if edit.action == "renew"

effect_of(edit) := effects.renew(edit.thumbprint, remedies.renewed(document.store[edit.thumbprint])) if {
	edit.action == "renew"
	not edit.certificate
}

effect_of(edit) := effects.set_tls_certificate_name(edit.kind, edit.index, edit.thumbprint) if {
	edit.action == "set_tls_certificate_name"
}
