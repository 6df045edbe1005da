package transportcert.remedies

import data.transportcert.document
import data.transportcert.effects
import data.transportcert.inbound_starttls
import data.transportcert.internal_certificate
import data.transportcert.selection

# What connectors search for, now and when the plan has changed them.
searches := {inbound_starttls.search(inbound_starttls.searched_for(changed)) |
	some connector in input.connectors
	document.session_can_begin(connector)
	uses_tls(connector)
	some changed in [connector, object.union(connector, future_fqdn(connector))]
}

uses_tls(connector) if inbound_starttls.offers_tls(connector)

uses_tls(connector) if connector.require_tls == true

# METADATA
# title: STARTTLS
# description: What gives a connector a valid certificate for STARTTLS, by the connector's index and its part of the outcome.
starttls(i, result) := array.concat(for_own_fqdn(i), set_own_fqdn(i)) if {
	is_null(result.certificate)
	result.searched_for.by == "fqdn"
	gets_own_fqdn(input.connectors[i])
} else := certificate_for(i, result)

# METADATA
# title: STARTTLS for an event
# description: What an event says of this remedy, which is its first action without what only a plan says.
starttls_for_event(i, result) := repair_for_event(result.certificate, result.searched_for) if {
	is_string(result.certificate)
} else := starttls(i, result)[0]

# The same for a connector that keeps its FQDN.
certificate_for(i, result) := replaced(result.certificate) if {
	is_string(result.certificate)
	ends_search(result.searched_for)
} else := repair(result.certificate) if {
	is_string(result.certificate)
} else := internal_transport_certificate if {
	matches(planned, result.searched_for)
} else := [create_for_the_server] if {
	has_to_be_made(result)
	selection.comparable(result.searched_for.value) in outcome.domains
} else := [create_for(result.searched_for.value)] if {
	has_to_be_made(result)
} else := [enable(without_smtp[0], ["SMTP"])] if {
	without_smtp := fit_without_smtp(result)
	count(without_smtp) > 0
} else := [restore_key(store[keyless[0]])] if {
	keyless := without_key(result)
	count(keyless) > 0
} else := [gather_facts] if {
	unknown_facts(result)
} else := [make_valid(nearest_to_valid(result.eligible))] if {
	result.stopped_at == "no_best_certificate"
} else := name_again("connectors", i) if {
	result.searched_for.by == "tls_certificate_name"
} else := [gather_host]

# A connector that uses an expired certificate takes the new internal transport certificate instead.
ends_search(searched) if matches(planned, searched)

# Nothing in the store can be the certificate that is searched for.
has_to_be_made(result) if {
	result.searched_for.by != "tls_certificate_name"
	possible(selection.comparable(result.searched_for.value))
	result.stopped_at in {"certificate_not_found", "no_eligible_certificate"}
	count(fit_without_smtp(result)) == 0
	count(without_key(result)) == 0
	not unknown_facts(result)
}

unknown_facts(result) if {
	some reasons in result.ineligible
	some reason in reasons
	reason in {"private_key_unknown", "services_unknown"}
}

fit_without_smtp(result) := selection.in_order([thumbprint |
	some thumbprint, reasons in result.ineligible
	lacks_only_smtp(reasons)
	fit(store[thumbprint])
])

without_key(result) := selection.in_order([thumbprint |
	some thumbprint, reasons in result.ineligible
	"no_private_key" in reasons
])

# The first eligible certificate that does not need another one in its place, otherwise the first.
nearest_to_valid(eligible) := array.concat(
	[certificate |
		some thumbprint in eligible
		certificate := store[thumbprint]
		not replaceable_only(certificate)
	],
	[store[eligible[0]]],
)[0]

replaceable_only(certificate) if selection.known_revoked(certificate)

replaceable_only(certificate) if certificate.not_after < document.now

# What makes a certificate that a CA has issued a valid one.
make_valid(certificate) := renew_at_ca(certificate) if {
	replaceable_only(certificate)
} else := clock(certificate) if {
	certificate.not_before > document.now
} else := trust(certificate) if {
	certificate.self_signed == false
	known_not_to_be_trusted(certificate)
} else := gather_facts

known_not_to_be_trusted(certificate) if certificate.trust.chain == "untrusted"

known_not_to_be_trusted(certificate) if selection.chain_invalid_now(certificate)

# METADATA
# title: Restore the key
# description: A private key comes from a backup or from another server, if from anywhere.
restore_key(certificate) := object.union(
	manual(
		sprintf("private-key:%s", [certificate.thumbprint]),
		sprintf("Import %s with its private key", [name_of(certificate)]),
		concat("\n", [
			"Export the certificate with its private key on a server that has it, or take a backup, and import the file with the",
			"command below. Then enable it for SMTP with Enable-ExchangeCertificate.",
			"Answer No when asked: Overwrite the existing default SMTP certificate?",
		]),
	),
	{"commands": import_commands},
)

# METADATA
# title: Import commands
# description: The password is asked for last, so that no pasted line answers.
import_commands := ["Import-ExchangeCertificate -FileData ([Byte[]](Get-Content -Path 'C:\\certificate.pfx' -Encoding Byte -ReadCount 0)) -Password (Read-Host 'Password' -AsSecureString)"] if {
	not is_2007
	startswith(input.exchange_version, "14.")
} else := ["Import-ExchangeCertificate -Path 'C:\\certificate.pfx' -Password (Read-Host 'Password' -AsSecureString)"] if {
	is_2007
} else := [concat("", [
	"Import-ExchangeCertificate", on_server,
	" -FileData ([System.IO.File]::ReadAllBytes('C:\\certificate.pfx')) -Password (Read-Host 'Password' -AsSecureString)",
])]

# The certificates that the connector would choose from without TlsCertificateName, in order.
for_fqdn(connector) := selection.in_order([certificate.thumbprint |
	searched := inbound_starttls.searched_for(object.remove(connector, ["tls_certificate_name"]))
	some certificate in fit_for_smtp
	matches(certificate, searched)
])

# METADATA
# title: Import the named certificate
# description: What gives the server a certificate that connectors name and that only another server or the CA has.
import_named(value) := object.union(
	manual(
		sprintf("import-certificate:%s", [value]),
		"Import the certificate that the connector names",
		concat("\n", [
			sprintf("TlsCertificateName is %s. Export that certificate with its private key on a server", [value]),
			"that has it, and import it with the command below. Then enable it for SMTP with Enable-ExchangeCertificate.",
			"Answer No when asked: Overwrite the existing default SMTP certificate?",
			"If there is no such certificate any more, set the TlsCertificateName of the connector to that of another one.",
		]),
	),
	{"commands": import_commands, "afterwards": after_named},
)

# METADATA
# title: Set TlsCertificateName
# description: Lets a connector, by kind and index, name a certificate of the store.
set_tls_certificate_name(kind, i, thumbprint) := action(
	sprintf("%s:%s", [naming[kind], subject(kind, i)]),
	sprintf("Set the TlsCertificateName of %s to that of %s", [connector.name, name_of(store[thumbprint])]),
	{
		"commands": [
			sprintf("$certificate = Get-ExchangeCertificate -Thumbprint %s%s", [thumbprint, on_server]),
			concat(" ", [setting(kind, connector.name), `-TlsCertificateName "<I>$($certificate.Issuer)<S>$($certificate.Subject)"`]),
		],
		"afterwards": after_named,
		"effect": effects.set_tls_certificate_name(kind, i, thumbprint),
	},
) if {
	connector := input[kind][i]
}

naming := {"connectors": "receive-connector-tls", "send_connectors": "send-connector-tls"}

setting("connectors", name) := concat(" ", ["Set-ReceiveConnector", identity(name)])

setting("send_connectors", name) := concat(" ", ["Set-SendConnector", quoted(name)])

# METADATA
# title: Create for a name
# description: A self-signed certificate for a name for which there is none. A CA's is better for those who check it.
create_for(name) := action(
	sprintf("starttls-certificate:%s", [selection.comparable(name)]),
	sprintf("Create a self-signed certificate for %s", [written(name)]),
	{
		"description": concat("\n", array.flatten([
			"Exchange servers and most mail servers accept it. If clients or partners check certificates, have a CA issue one for this name instead.",
			[line | some line in [run_there]; line != ""],
		])),
		"commands": [creation(written(name), [written(name)])],
		"prompt": overwrite("No"),
		"afterwards": after_enabling(["SMTP"], "No"),
		"effect": effects.add_certificate(
			effects.new_certificate(sprintf("starttls-certificate:%s", [name]), [written(name)]),
			["SMTP"],
			false,
		),
	},
)

# METADATA
# title: Without SMTP
# description: What to do about a certificate that lacks nothing but SMTP.
without_smtp(thumbprint) := internal_transport_certificate if {
	planned.thumbprint == thumbprint
} else := [enable(thumbprint, ["SMTP"])] if {
	fit(store[thumbprint])
} else := repair(thumbprint) if {
	defective(store[thumbprint])
} else := [trust(store[thumbprint])] if {
	store[thumbprint].trust.chain == "untrusted"
} else := [gather_facts]

# METADATA
# title: Without a key
# description: What to do about a certificate that SMTP uses and that has no private key.
no_key(certificate) := repair(certificate.thumbprint) if {
	certificate.thumbprint == internal_certificate.loaded.thumbprint
} else := repair(certificate.thumbprint) if {
	is_auth_certificate(certificate)
} else := [federation_certificate(certificate)] if {
	federated(certificate)
} else := [restore_key(certificate)] if {
	wanted(certificate)
} else := [removal(certificate.thumbprint)]

wanted(certificate) if {
	some connector in inbound_starttls.outcome.connectors
	is_null(connector.certificate)
	connector.ineligible[certificate.thumbprint]
}

wanted(certificate) if needed(certificate.thumbprint, replacements_of(certificate.thumbprint))

# METADATA
# title: RequireTLS
# description: What lets a connector that requires TLS, by its index, offer STARTTLS.
require_tls(i) := starttls(i, inbound_starttls.outcome.connectors[i]) if {
	inbound_starttls.offers_tls(input.connectors[i])
} else := add_tls(i)
