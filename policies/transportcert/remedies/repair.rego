package transportcert.remedies

import data.transportcert.effects
import data.transportcert.inbound_starttls
import data.transportcert.internal_certificate
import data.transportcert.selection

# METADATA
# title: Repair
# description: >-
#   What to do about a certificate that something is wrong with and that is in use, by its thumbprint. What a person does
#   comes first, since the fault stays until then.
repair(thumbprint) := array.concat(
	[done | some done in actions; done.manual],
	[done | some done in actions; not done.manual],
) if {
	actions := replaced(thumbprint)
}

replaced(thumbprint) := internal_transport_certificate if {
	thumbprint == internal_certificate.loaded.thumbprint
} else := array.concat(prerequisites(thumbprint), instead_of(thumbprint))

# The planned internal transport certificate, where it alone takes the place.
prerequisites(thumbprint) := [make_internal] if {
	internal_takes_its_place(thumbprint)
} else := []

internal_takes_its_place(thumbprint) if {
	planned
	needed(thumbprint, fit_besides(thumbprint))
	not needed(thumbprint, replacements_of(thumbprint))
}

# What an event says of a repair, which is its first action without what only a plan says.
repair_for_event(thumbprint, searched) := internal_for_event if {
	thumbprint == internal_certificate.loaded.thumbprint
	ends_search(searched)
} else := repair(thumbprint)[0] if {
	thumbprint == internal_certificate.loaded.thumbprint
} else := internal_for_event if {
	internal_takes_its_place(thumbprint)
} else := instead_of(thumbprint)[0]

# What takes the place of a certificate, and then its removal. Where nothing needs it, that is all. One that becomes the
# internal transport certificate although it expires soon is the best, and a CA has to replace it.
instead_of(thumbprint) := [federation_certificate(store[thumbprint])] if {
	federated(store[thumbprint])
} else := [renew_at_ca(store[thumbprint])] if {
	planned.thumbprint == thumbprint
} else := array.concat(new_auth_certificate(thumbprint), [removal(thumbprint)]) if {
	is_auth_certificate(store[thumbprint])
} else := [removal(thumbprint)] if {
	not to_be_replaced(thumbprint, replacements_of(thumbprint))
} else := array.concat(take_over(heirs(thumbprint)[0], thumbprint), [removal(thumbprint)]) if {
	count(heirs(thumbprint)) > 0
} else := array.flatten([renewal(thumbprint), services_of_renewed(thumbprint), removal(thumbprint)]) if {
	store[thumbprint].self_signed == true
} else := [renew_at_ca(store[thumbprint])]

to_be_replaced(thumbprint, others) if needed(thumbprint, others)

to_be_replaced(thumbprint, _) if of_use(store[thumbprint])

# What a CA has issued and is valid yet may have a use of which the document says nothing.
of_use(certificate) if {
	certificate.self_signed != true
	selection.valid_now(certificate)
	certificate.has_private_key != false
	not selection.known_revoked(certificate)
}

# Those that an organization's own criteria reject do not count.
fit_besides(thumbprint) := [certificate |
	some certificate in fit_for_smtp
	certificate.thumbprint != thumbprint
	not certificate.thumbprint in rejected
]

replacements_of(thumbprint) := array.concat(fit_besides(thumbprint), [planned]) if {
	planned
} else := fit_besides(thumbprint)

# METADATA
# title: Needed
# description: Whether a certificate has something to do that none of some others can do in its place.
# scope: document
needed(thumbprint, _) if {
	not taken_over_by_internal(thumbprint)
	some service in (exchange_services(store[thumbprint]) - {"SMTP"})
	not held_elsewhere(service, thumbprint)
}

needed(thumbprint, others) if {
	some result in searches
	result.certificate == thumbprint
	every other in others { not matches(other, result.searched_for) }
}

needed(thumbprint, others) if {
	thumbprint in outcome.eligible
	some domain in covered_names(store[thumbprint])
	every other in others { not domain in covered_names(other) }
}

needed(thumbprint, others) if {
	some connector in named_connectors
	is_named_by(store[thumbprint], connector.tls_certificate_name)
	every other in others { not is_named_by(other, connector.tls_certificate_name) }
}

# The connectors that can name a certificate, by kind and index, from 2013 on.
named_connectors := [{"kind": kind, "index": i, "tls_certificate_name": connector.tls_certificate_name} |
	keeps_self_signed
	some kind in ["connectors", "send_connectors"]
	some i, connector in input[kind]
	is_string(connector.tls_certificate_name)
]

# Services go from one self-signed certificate to the next, not from a CA's to a self-signed one: clients check that.
taken_over_by_internal(thumbprint) if {
	thumbprint == internal_certificate.loaded.thumbprint
	internal_certificate.loaded.self_signed == true
}

comparable_names(certificate) := {selection.comparable(name) | some name in selection.names(certificate)}

# METADATA
# title: Named by
# description: Whether a TlsCertificateName is that of a certificate.
is_named_by(certificate, name) if lower(selection.tls_certificate_name(certificate)) == lower(name)

# A certificate matches what a connector searches for.
matches(certificate, searched) if {
	searched.by == "tls_certificate_name"
	is_named_by(certificate, searched.value)
}

matches(certificate, searched) if {
	searched.by != "tls_certificate_name"
	name := selection.comparable(searched.value)
	name != ""
	count({name, inbound_starttls.wildcard_for(name)} & comparable_names(certificate)) > 0
}

# The certificates with all names of another one that can take its place, in order.
heirs(thumbprint) := selection.in_order(found) if {
	names := comparable_names(store[thumbprint])
	found := [certificate.thumbprint |
		some certificate in fit_certificates
		certificate.thumbprint != thumbprint
		not certificate.thumbprint in rejected
		is_array(certificate.services)
		no_less_trusted(certificate, store[thumbprint])
		count(names - comparable_names(certificate)) == 0
	]
}

no_less_trusted(_, replaced) if replaced.self_signed == true

no_less_trusted(certificate, _) if certificate.self_signed == false

take_over(heir, thumbprint) := array.flatten([
	[for_smtp(heir) | "SMTP" in missing],
	[enable(heir, sort(missing - {"SMTP"})) | count(missing - {"SMTP"}) > 0],
	[set_tls_certificate_name(named.kind, named.index, heir) | some named in others],
]) if {
	others := [named |
		some named in named_connectors
		is_named_by(store[thumbprint], named.tls_certificate_name)
		not is_named_by(store[heir], named.tls_certificate_name)
	]
	services := exchange_services(store[thumbprint]) | {"SMTP" | count(others) > 0}
	missing := services - exchange_services(store[heir])
}

for_smtp(thumbprint) := make_internal if {
	thumbprint == planned.thumbprint
} else := enable(thumbprint, ["SMTP"])

# METADATA
# title: Enable
# description: Enables a certificate for services, and makes it the internal transport certificate only where it would be best.
enable(thumbprint, services) := action(
	sprintf("enable-%s:%s", [lower(concat("-", services)), thumbprint]),
	sprintf("Enable %s for %s", [name_of(store[thumbprint]), concat(", ", services)]),
	{
		"description": run_there,
		"commands": [enabling(thumbprint, services)],
		"prompt": asked(services, answer_for(thumbprint)),
		"afterwards": after_enabling(services, answer_for(thumbprint)),
		"effect": effects.enable_services(thumbprint, services, answer_for(thumbprint) == "Yes"),
	},
)

enabling(thumbprint, services) := sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services %s%s", [thumbprint, concat(",", services), on_server])

asked(services, answer) := overwrite(answer) if {
	"SMTP" in services
} else := null

after_enabling(services, _) := [] if not "SMTP" in services

after_enabling(services, "Yes") := after_internal if "SMTP" in services

after_enabling(services, "No") := after_named if "SMTP" in services

# In 2007 and 2010 the internal transport certificate is the best, or event 1037 says so.
answer_for(thumbprint) := "Yes" if {
	not keeps_self_signed
	not planned
	input.directory.readable
	lacks_only_smtp(outcome.ineligible[thumbprint])
	would_be_chosen(thumbprint)
} else := "Yes" if {
	internal_certificate.loaded.thumbprint == thumbprint
	not planned
} else := "No"

# The self-signed certificates for a name of the domain list that only a renewal can replace.
renewals := {certificate.thumbprint |
	some certificate in input.certificates
	certificate.self_signed == true
	in_use(certificate)
	not federated(certificate)
	defective(certificate)
	is_for_the_server(certificate)
	needed(certificate.thumbprint, fit_besides(certificate.thumbprint))
	count(heirs(certificate.thumbprint)) == 0
}

in_use(certificate) if count(exchange_services(certificate)) > 0

in_use(certificate) if certificate.thumbprint in {internal_certificate.loaded.thumbprint, outcome.best}

is_for_the_server(certificate) if {
	some name in selection.names(certificate)
	selection.comparable(name) in outcome.domains
}

# In 2007 and 2010 the last one that is renewed is the best, where no certificate of a CA is.
answer_for_renewed(thumbprint) := "Yes" if {
	newest_is_best
	not planned
	input.directory.readable
	thumbprint == max(renewals)
} else := "No"

# METADATA
# title: Renewal
# description: Renews a self-signed certificate, by its thumbprint, with its names and services.
renewal(thumbprint) := action(
	sprintf("renew:%s", [thumbprint]),
	sprintf("Renew %s", [name_of(certificate)]),
	{
		"description": run_there,
		"commands": [concat("", [assigned(thumbprint), renewal_command(thumbprint)])],
		"prompt": overwrite(answer),
		"afterwards": after_enabling(["SMTP"], answer),
		"effect": effects.add_certificate(
			renewed(certificate),
			array.concat(["SMTP"], sort(exchange_services(certificate) - {"SMTP"})),
			answer == "Yes",
		),
	},
) if {
	certificate := store[thumbprint]
	answer := answer_for_renewed(thumbprint)
}

# A command that is answered with No stands alone, so what goes on with the new certificate finds it in a variable.
assigned(thumbprint) := sprintf("%s = ", [variable(thumbprint)]) if {
	count(further_services(thumbprint)) > 0
} else := ""

variable(thumbprint) := concat("", ["$renewed", beginning(thumbprint)])

further_services(thumbprint) := sort(exchange_services(store[thumbprint]) - {"SMTP"})

services_of_renewed(thumbprint) := [action(
	sprintf("services-of-renewed:%s", [thumbprint]),
	sprintf("Enable the certificate that renewed %s for %s", [name_of(store[thumbprint]), concat(", ", services)]),
	{
		"description": "Run it in the same session as the renewal.",
		"commands": [enabling(concat(".", [variable(thumbprint), "Thumbprint"]), services)],
	},
)] if {
	services := further_services(thumbprint)
	count(services) > 0
} else := []

# METADATA
# title: Renewed
# description: What a self-signed certificate becomes when it is renewed, with the same names. It has no services yet.
renewed(certificate) := object.union(
	object.remove(effects.new_certificate(concat(":", ["renew", certificate.thumbprint]), ["-"]), ["subject", "issuer"]),
	object.filter(certificate, ["subject", "issuer", "subject_common_names", "dns_names", "friendly_name"]),
)

# METADATA
# title: Renew at the CA
# description: What leads to a new certificate in place of one that a CA has issued.
renew_at_ca(certificate) := object.union(
	manual(
		sprintf("renew:%s", [certificate.thumbprint]),
		sprintf("Have the CA issue a certificate in place of %s", [name_of(certificate)]),
		concat("\n", array.flatten([
			"Make a request with the command below and send it to the CA. Import what the CA issues with Import-ExchangeCertificate,",
			sprintf("and enable it with Enable-ExchangeCertificate for %s.", [services_in_words(certificate)]),
			[sentence |
				some sentence in ["Answer No when asked: Overwrite the existing default SMTP certificate?"]
				not only_the_ca_can_renew
			],
			"If issuer or subject have changed, set the TlsCertificateName of the connectors that name the old certificate.",
		])),
	),
	{"commands": request(certificate), "afterwards": after_named},
)

services_in_words(certificate) := concat(", ", sort(assignable_services(certificate))) if {
	count(assignable_services(certificate)) > 0
} else := "SMTP"

# Exchange 2007 and 2013 write the request to a file, others return it.
request(certificate) := [sprintf("%s -Path %s", [requesting(certificate), request_file(certificate)])] if {
	is_2007
} else := [sprintf("%s -RequestFile %s", [requesting(certificate), request_file(certificate)])] if {
	startswith(input.exchange_version, "15.0")
} else := [
	concat("", ["$request = ", requesting(certificate)]),
	sprintf("[System.IO.File]::WriteAllText(%s, $request)", [request_file(certificate)]),
]

requesting(certificate) := sprintf(
	"Get-ExchangeCertificate -Thumbprint %[1]s%[2]s | New-ExchangeCertificate%[2]s -GenerateRequest -KeySize %[3]d -PrivateKeyExportable $true",
	[certificate.thumbprint, on_server, key_size],
)

# One for each certificate, so that no request overwrites another.
request_file(certificate) := quoted(sprintf(`C:\%s-%s.req`, [lower(input.server), beginning(certificate.thumbprint)]))

# METADATA
# title: Removal
# description: >-
#   Removes a certificate whose place another one has taken. Exchange refuses that as long as a Send connector names it,
#   which the other one of the same issuer and subject needs too: the name is away for that moment.
removal(thumbprint) := action(
	sprintf("remove-certificate:%s", [thumbprint]),
	sprintf("Remove %s", [name_of(store[thumbprint])]),
	object.union(steps, {
		"prompt": {"question": "Are you sure you want to perform this action?", "answer": "Yes"},
		"effect": effects.remove_certificate(thumbprint),
	}),
) if {
	steps := removal_steps(thumbprint, naming_senders(thumbprint))
}

removal_steps(thumbprint, []) := {
	"description": unneeded(store[thumbprint]),
	"commands": [concat("", [removing(thumbprint), on_server])],
}

removal_steps(thumbprint, senders) := {
	"description": concat("\n", array.flatten([
		"Exchange does not remove a certificate that a Send connector names, so the name is taken away for a moment.",
		[bound_in_iis | has_front_end],
	])),
	"commands": array.flatten([
		# It asks, so that no script goes on from here by itself.
		sprintf("Set-SendConnector %s -TlsCertificateName $null -Confirm", [quoted(senders[0].name)]),
		[sprintf("Set-SendConnector %s -TlsCertificateName $null", [quoted(connector.name)]) |
			some i, connector in senders
			i > 0
		],
		sprintf("%s%s -Confirm:$false", [removing(thumbprint), on_server]),
		[sprintf("Set-SendConnector %s -TlsCertificateName %s", [quoted(connector.name), quoted(connector.tls_certificate_name)]) |
			some connector in senders
		],
	]),
} if {
	count(senders) > 0
}

unneeded(certificate) := concat("\n", [
	"Exchange servers use the Auth certificate that Get-AuthConfig names. Remove this one only if that is another one, which works on",
	"all servers, and after Set-AuthConfig -ClearPreviousCertificate.",
]) if {
	is_auth_certificate(certificate)
} else := concat("\n", array.flatten([
	"transportcert knows of nothing that needs it.",
	[bound_in_iis | has_front_end],
]))

# Exchange does not report the bindings of Exchange Back End, and removes a certificate that is bound to it.
bound_in_iis := concat("\n", [
	sprintf("A site in IIS can use it, too: on %s, netsh http show sslcert shows the bindings. If one does, such as Exchange Back End", [input.server]),
	"(port 444), bind another certificate to it first. Otherwise Outlook on the web and the Exchange Management Shell fail.",
])

removing(thumbprint) := sprintf("Remove-ExchangeCertificate -Thumbprint %s", [thumbprint])

# Those that will still name it when the others have the name of the certificate that takes its place.
naming_senders(thumbprint) := [connector |
	some connector in input.send_connectors
	is_named_by(store[thumbprint], connector.tls_certificate_name)
	not renamed(thumbprint, connector.tls_certificate_name)
]

renamed(thumbprint, name) if {
	to_be_replaced(thumbprint, replacements_of(thumbprint))
	heir := heirs(thumbprint)[0]
	not is_named_by(store[heir], name)
}

# METADATA
# title: Expired chain
# description: A certificate that has not expired needs the CA's current certificates and nothing else.
expired_chain(thumbprint) := repair(thumbprint) if {
	defective(store[thumbprint])
} else := [trust(store[thumbprint])]

# METADATA
# title: Worse soon
# description: What to do about a change that a date of a certificate brings, its beginning or an end in its chain.
worse_soon(certificate, "not_before") := clock(certificate)

worse_soon(certificate, field) := trust(certificate) if field != "not_before"

# METADATA
# title: Trust
# description: What lets the server trust the CA of a certificate.
trust(certificate) := manual(
	sprintf("trust:%s", [certificate.thumbprint]),
	sprintf("Import the certificates of the CA of %s", [name_of(certificate)]),
	concat("\n", [
		sprintf("Import the current root certificate of the CA into the Trusted Root Certification Authorities of %s,", [input.server]),
		"and the certificates between into its Intermediate Certification Authorities. Then gather the facts again.",
	]),
)
