# METADATA
# scope: package
# title: Remedies
# description: >-
#   How faults are repaired, as the actions of a plan: in commands for the Exchange Management Shell, with what they do to
#   the facts. Each remedy is worded here and nowhere else. Remedies read the outcomes of the scenarios, never their events.
#   What repairs a fault is an array: the action that answers it, and those that complete it.
# related_resources:
#   - description: The plan
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#the-plan
# schemas:
#   - input: schema.input
package transportcert.remedies

import data.transportcert.compliance
import data.transportcert.document

# METADATA
# title: Action
# description: An action with its id and title, and what else there is to say of it.
action(id, title, facts) := object.union(
	{
		"id": id,
		"title": title,
		"description": "",
		"commands": [],
		"prompt": null,
		"afterwards": [],
		"effect": [],
		"manual": false,
	},
	facts,
)

# METADATA
# title: Manual
# description: An action that no command can do, so that its effect is not known.
manual(id, title, description) := object.remove(
	action(id, title, {"description": description, "manual": true}),
	["effect"],
)

# METADATA
# title: Text
# description: >-
#   An action as lines to paste: the commands, below comments with what to answer; what a person does is comments alone.
text(done) := concat("\n", lines(done))

lines(done) := array.concat([concat("", ["# ", line]) | some line in split(done.description, "\n"); line != ""], done.commands) if {
	done.manual
} else := done.commands if {
	is_null(done.prompt)
} else := array.concat(
	[sprintf("# Answer %s when asked: %s", [done.prompt.answer, done.prompt.question])],
	done.commands,
)

# What Enable-ExchangeCertificate and New-ExchangeCertificate ask for SMTP. Yes makes the certificate the internal
# transport certificate.
overwrite(answer) := {"question": "Overwrite the existing default SMTP certificate?", "answer": answer}

# METADATA
# title: Quoted
# description: >-
#   A text as a PowerShell literal on one line. PowerShell takes the typographic quotes for quotes too; each one
#   inside is doubled, so that a name from a document stays a name. A name can hold a line end, as that of a
#   conflicting object in the directory does: one that has no shape is written in percent-encoding.
# scope: document
quoted(text) := sprintf("'%s'", [regex.replace(text, `(['‘’‚‛])`, "$1$1")]) if {
	not regex.match(without_shape, text)
} else := sprintf("([uri]::UnescapeDataString('%s'))", [replace(urlquery.encode(text), "+", "%20")])

# Control characters, ends of lines and what changes the direction of writing.
without_shape := `[^\pL\pM\pN\pP\pS\p{Zs}]`

# METADATA
# title: Identity
# description: What Exchange calls a Receive connector of this server, as a PowerShell literal.
identity(connector) := quoted(concat(`\`, [input.server, connector]))

# The certificate cmdlets of Exchange 2007 know no other server than the one on which they run.
on_server := "" if {
	is_2007
} else := sprintf(" -Server %s", [quoted(input.server)])

is_2007 if document.advised_procedure == "2007"

# What Microsoft recommends since 2013: a self-signed certificate as the internal transport certificate.
keeps_self_signed if document.advised_procedure == "2016"

# METADATA
# title: Name of a certificate
# description: Its friendly name or subject, and the first digits of its thumbprint.
name_of(certificate) := sprintf("%s (%s)", [stated[0], beginning(certificate.thumbprint)]) if {
	stated := [value |
		some field in ["friendly_name", "subject"]
		value := certificate[field]
		value != ""
	]
	count(stated) > 0
} else := sprintf("the certificate %s", [beginning(certificate.thumbprint)])

# The first digits of a thumbprint, or all where another certificate of the store begins alike.
beginning(thumbprint) := substring(thumbprint, 0, 8) if {
	count(by_beginning[substring(thumbprint, 0, 8)]) == 1
} else := thumbprint

# In one pass, as selection.by_name.
by_beginning := object.union_n([{substring(certificate.thumbprint, 0, 8): {certificate.thumbprint: true}} |
	some certificate in input.certificates
])

# What a transport service does not see before it starts again. Quoted, since not every reader of PowerShell takes a list of bare words.
restart := [{"text": sprintf("Restart the transport services on %s.", [input.server]), "command": sprintf("Restart-Service %s", [concat(", ", [quoted(service) | some service in services])])}] if {
	services := array.concat(["MSExchangeTransport"], [name | some name in ["MSExchangeFrontEndTransport"]; has_front_end])
}

has_front_end if {
	keeps_self_signed
	not is_edge
}

is_edge if "EdgeTransport" in input.roles

# METADATA
# title: After a change of the internal transport certificate
# description: The services to restart, and the Edge subscription that was made with the certificate before.
after_internal := array.concat(restart, [{"text": subscription, "command": null} |
	some subscription in ["Make a new Edge subscription: the one that exists holds the certificate that was replaced."]
	subscribed
])

subscribed if is_edge

subscribed if count(input.edge_subscriptions) > 0

# METADATA
# title: After a change of a certificate that connectors name
# description: The hybrid configuration names a certificate, too.
after_named := array.concat(restart, [{"text": wizard, "command": null} |
	some wizard in ["Run the Hybrid Configuration Wizard again: it sets the certificate of the hybrid configuration."]
	input.hybrid
])

# The time until which a certificate has to be valid to be worth a change.
horizon := document.days_from_now(compliance.config.expires_within_days)

# RSA keys of New-ExchangeCertificate have 1024, 2048 or 4096 bits.
key_size := 2048 if {
	compliance.config.minimum_key_bits <= 2048
} else := 4096
