package transportcert.remedies

import data.transportcert.document
import data.transportcert.effects
import data.transportcert.inbound_anonymous
import data.transportcert.internal_certificate
import data.transportcert.selection

outcome := inbound_anonymous.outcome

# METADATA
# title: Internal transport certificate
# description: >-
#   What gives the server an internal transport certificate that is valid and, in 2007 and 2010, the best. One remedy for
#   all that is wrong with it.
internal_transport_certificate := [internal_for_event] if {
	internal_for_event.manual
} else := array.concat([make_internal], instead_of(loaded_and_defective)) if {
	loaded_and_defective
	loaded_and_defective != successor_thumbprint
} else := [make_internal]

# METADATA
# title: Internal transport certificate for an event
# description: What an event says of this remedy, which is its first action without what only a plan says.
internal_for_event := directory if {
	not input.directory.readable
} else := renew_at_ca(internal_certificate.loaded) if {
	only_the_ca_can_renew
} else := {"id": internal_id, "commands": internal_commands, "prompt": overwrite("Yes"), "manual": false}

internal_commands := [enabling(choice, services_of_choice)] if {
	choice
} else := with_rest(renewal_command(internal_certificate.loaded.thumbprint), services_left("")) if {
	renewable_as_internal
} else := with_rest(creation(input.server, internal_names), services_left(""))

services_of_choice := array.concat(["SMTP"], services_left(choice))

make_internal := enable_as_internal if {
	choice
} else := renew_as_internal if {
	renewable_as_internal
} else := create_internal

# The internal transport certificate that will be.
successor := object.union(store[choice], {"services": ["SMTP"]}) if {
	choice
} else := renewed(internal_certificate.loaded) if {
	renewable_as_internal
} else := effects.new_certificate(internal_id, internal_names)

successor_thumbprint := successor.thumbprint

# METADATA
# title: Directory
# description: A server that cannot read its object in the directory cannot be given a certificate either.
directory := manual(
	"directory-readable",
	sprintf("Let %s read its object in the directory", [input.server]),
	concat("\n", [
		sprintf("The server cannot read its own object in the directory (%s).", [internal_certificate.directory_error]),
		"Look for what keeps it from its domain controllers: Test-ServiceHealth, nltest /dsgetdc:, the Application log.",
		"Restart the transport service afterwards, gather the facts again, and check them again.",
	]),
)

# METADATA
# title: Event 1037
# description: >-
#   Where the version is not known, it has to be gathered: from 2013 on there is no step 9. Another reason for a new internal
#   transport certificate answers the event too, unless the best one is a CA's.
event_1037 := [event_1037_for_event] if {
	event_1037_for_event.manual
} else := internal_transport_certificate

# METADATA
# title: Event 1037 for itself
# description: What the event says of its remedy, which is its first action without what only a plan says.
event_1037_for_event := exchange_version if {
	not document.procedure_known
	not goes_with_a_new_internal
} else := clock(store[outcome.best]) if {
	document.now < store[outcome.best].not_before
} else := internal_for_event

goes_with_a_new_internal if {
	internal_needed
	outcome.best_kind == "self_signed"
	store[outcome.best].not_before <= document.now
}

exchange_version := manual(
	"exchange-version",
	sprintf("Gather the version of Exchange on %s", [input.server]),
	concat("\n", [
		"Gather the output of Get-ExchangeServer too, or pass --procedure.",
		"Exchange 2013 and later keep the self-signed certificate, and nothing has to be done.",
		"Exchange 2007 and 2010 ask for the best certificate as the internal transport certificate.",
	]),
)

# METADATA
# title: Clock
# description: What to do about a certificate that is not valid yet and that nothing has to replace.
clock(certificate) := manual(
	sprintf("clock:%s", [certificate.thumbprint]),
	sprintf("Check the clock of %s against the beginning of %s", [input.server, name_of(certificate)]),
	sprintf("The certificate is valid from %s on. If the clock is right, check again then.", [certificate.not_before]),
)

# METADATA
# title: Internal transport certificate needed
# description: The internal transport certificate has to be another one, or no certificate can follow it.
# scope: document
internal_needed if not internal_certificate.loaded

internal_needed if defective(internal_certificate.loaded)

internal_needed if {
	every thumbprint in outcome.eligible { not fit(store[thumbprint]) }
	not may_be_fit(internal_certificate.loaded)
}

internal_needed if {
	not keeps_self_signed
	outcome.matches_best == false
	store[outcome.best].not_before <= document.now
}

internal_needed if must_be_new

# Only unknown facts speak against a certificate. Nothing is changed before they are gathered.
may_be_fit(certificate) if {
	not defective(certificate)
	certificate.thumbprint in (object.keys(selection.could_be_eligible(outcome.domains)) | {eligible | some eligible in outcome.eligible})
	may_be_usable_kind(certificate)
}

may_be_usable_kind(certificate) if certificate.self_signed == true

may_be_usable_kind(certificate) if {
	some kind in ["pki", "self_signed"]
	selection.could_be(certificate, kind)
}

# METADATA
# title: No best certificate
# description: What to do where no certificate is eligible, or none of those that are is best.
none_best := internal_transport_certificate if {
	internal_needed
} else := [gather_facts]

# The certificate of the store that becomes the internal transport certificate, undefined where none can.
choice := thumbprint if {
	keeps_self_signed
	thumbprint := [candidate |
		some candidate in outcome.eligible
		store[candidate].self_signed == true
		fit(store[candidate])
	][0]
} else := best_with_smtp.thumbprint if {
	not keeps_self_signed
	best_with_smtp.kind == "pki"
	selection.valid_now(store[best_with_smtp.thumbprint])
	not best_with_smtp.thumbprint == loaded_and_defective
} else := best_with_smtp.thumbprint if {
	not keeps_self_signed
	not newer_is_made
	fit(store[best_with_smtp.thumbprint])
} else := candidates_without_smtp[0] if {
	not newer_is_made
}

loaded_and_defective := internal_certificate.loaded.thumbprint if defective(internal_certificate.loaded)

# The best in 2007 and 2010 when the certificates have SMTP that the plan enables for it.
best_with_smtp := selection.first_of(selection.in_order(with_smtp), selection.preference)

with_smtp := {thumbprint | some thumbprint in outcome.eligible} | getting_smtp

# A connector searches for them, or they take the place of others.
getting_smtp := {thumbprint |
	some thumbprint in (searched_without_smtp | heirs_without_smtp)
	lacks_only_smtp(outcome.ineligible[thumbprint])
	fit(store[thumbprint])
}

searched_without_smtp := {thumbprint |
	some result in searches
	some thumbprint, reasons in result.ineligible
	lacks_only_smtp(reasons)
}

heirs_without_smtp := {heirs(certificate.thumbprint)[0] |
	some certificate in input.certificates
	"SMTP" in certificate.services
	defective(certificate)
	to_be_replaced(certificate.thumbprint, fit_besides(certificate.thumbprint))
}

# Without a CA's certificate the most recent self-signed one is the best in 2007 and 2010. Where the plan makes one, the last of
# them has to become the internal transport certificate, and none that is there.
newer_is_made if {
	newest_is_best
	count(renewals) > 0
}

newer_is_made if must_be_new

newest_is_best if {
	not keeps_self_signed
	not best_with_smtp.kind == "pki"
}

# A self-signed certificate for all names of the server: something needs it for a name of the domain list.
must_be_new if {
	newest_is_best
	count(uncovered_names) > 0
}

must_be_new if {
	newest_is_best
	count(outcome.eligible) == 0
	count(getting_smtp) > 0
	some domain in possible_domains
	not domain in covered_by(getting_smtp)
}

must_be_new if {
	newest_is_best
	some result in searches
	has_to_be_made(result)
	selection.comparable(result.searched_for.value) in outcome.domains
}

# The certificates that lack nothing but SMTP and would be chosen with it. One that leaves out a name of the server lacks more.
candidates_without_smtp := [thumbprint |
	some thumbprint in selection.in_order([t | some t, reasons in outcome.ineligible; lacks_only_smtp(reasons)])
	fit(store[thumbprint])
	would_be_chosen(thumbprint)
	covered := covered_by(array.concat(outcome.eligible, [thumbprint]))
	every domain in possible_domains { domain in covered }
]

would_be_chosen(thumbprint) if {
	keeps_self_signed
	store[thumbprint].self_signed == true
}

would_be_chosen(thumbprint) if {
	not keeps_self_signed
	selection.first_of(selection.in_order({thumbprint} | with_smtp), selection.preference).thumbprint == thumbprint
}

# A self-signed certificate is never best where there is a valid PKI certificate.
only_the_ca_can_renew if {
	not keeps_self_signed
	best_with_smtp.kind == "pki"
	best_with_smtp.thumbprint == loaded_and_defective
}

renewable_as_internal if {
	internal_certificate.loaded.self_signed == true
	named := {selection.comparable(name) | some name in selection.names(internal_certificate.loaded)}
	every domain in possible_domains { domain in named }
}

enable_as_internal := action(
	internal_id,
	sprintf("Make %s the internal transport certificate", [name_of(store[choice])]),
	{
		"description": also_from_backup,
		"commands": internal_commands,
		"prompt": overwrite("Yes"),
		"afterwards": after_internal,
		"effect": effects.enable_services(choice, services_of_choice, true),
	},
)

internal_id := "internal-transport-certificate"

# Where the store has lost the certificate, a backup may have it.
also_from_backup := sprintf("If a backup has %s with its private key, that can be imported instead.", [internal_certificate.directory_thumbprint]) if {
	internal_certificate.stopped_at == "certificate_not_found"
} else := ""

# The services that a defective internal transport certificate alone has, and that its successor takes over.
services_left(successor) := [service |
	internal_certificate.loaded.self_signed == true
	held := {"SMTP"} | exchange_services(object.get(store, successor, {}))
	some service in (assignable_services(internal_certificate.loaded) - held)
	loaded_and_defective != successor
	not held_elsewhere(service, loaded_and_defective)
]

services_left(_) := [] if not loaded_and_defective

held_elsewhere(service, thumbprint) if {
	some certificate in sound
	certificate.thumbprint != thumbprint
	service in certificate.services
}

create_internal := new_internal(
	"Create a self-signed certificate and make it the internal transport certificate",
	[also_from_backup, run_there],
)

renew_as_internal := new_internal(
	sprintf("Renew %s as the internal transport certificate", [name_of(internal_certificate.loaded)]),
	[run_there],
)

new_internal(title, sentences) := action(
	internal_id,
	title,
	{
		"description": concat("\n", [sentence | some sentence in sentences; sentence != ""]),
		"commands": internal_commands,
		"prompt": overwrite("Yes"),
		"afterwards": after_internal,
		"effect": effects.add_certificate(successor, array.concat(["SMTP"], services_left("")), true),
	},
)

run_there := sprintf("Run this on %s itself.", [input.server]) if {
	is_2007
} else := ""

# A command that makes a certificate for SMTP, and the one that enables it for other services.
with_rest(making, services) := [
	concat("", ["$new = ", making]),
	enabling("$new.Thumbprint", services),
] if {
	count(services) > 0
} else := [making]

# METADATA
# title: Creation
# description: >-
#   The command that makes a self-signed certificate for some names, of which the first names the certificate. The server's
#   FQDN is added by -IncludeServerFQDN.
creation(friendly_name, names) := sprintf(
	"New-ExchangeCertificate -KeySize %d -PrivateKeyExportable $true -FriendlyName %s -DomainName %s -Services SMTP",
	[key_size, quoted(friendly_name), concat(",", [quoted(name) | some name in names])],
) if {
	is_2007
} else := sprintf(
	"New-ExchangeCertificate%s -KeySize %d -PrivateKeyExportable $true -FriendlyName %s -DomainName %s -Services SMTP",
	[on_server, key_size, quoted(friendly_name), concat(",", [quoted(name) | some name in names])],
) if {
	names != internal_names
} else := sprintf(
	"New-ExchangeCertificate%s -KeySize %d -PrivateKeyExportable $true -FriendlyName %s -DomainName %s -IncludeServerFQDN -Services SMTP",
	[on_server, key_size, quoted(friendly_name), concat(",", [quoted(name) |
		some i, name in names
		[i, name] != [1, own_name]
	])],
)

renewal_command(thumbprint) := sprintf(
	"Get-ExchangeCertificate -Thumbprint %[1]s%[2]s | New-ExchangeCertificate%[2]s -KeySize %[3]d -PrivateKeyExportable $true",
	[thumbprint, on_server, key_size],
) if {
	weak_key(store[thumbprint]) # a renewal takes the size of the key along
} else := sprintf(
	"Get-ExchangeCertificate -Thumbprint %[1]s%[2]s | New-ExchangeCertificate%[2]s -PrivateKeyExportable $true",
	[thumbprint, on_server],
)

# The server's name, its FQDN where it is known, and what else is on the domain list.
internal_names := array.concat(own, [name |
	some domain in possible_domains
	not domain in comparable_own
	name := [written(stated) | some stated in host_names; selection.comparable(stated) == domain][0]
]) if {
	own := array.concat([input.server], [own_name | named_host])
	comparable_own := {selection.comparable(name) | some name in own}
}

host_names := array.concat(
	[input.host[field] | some field in ["dns_fqdn", "dns_host_name", "physical_dns_fqdn", "physical_dns_host_name"]],
	[name | some name in input.host.nlb_cluster_names],
)

# METADATA
# title: Planned
# description: The internal transport certificate that will be; undefined where nothing has to change or only a CA can.
planned := successor if {
	internal_needed
	input.directory.readable
	not only_the_ca_can_renew
}
