package transportcert.remedies

import data.transportcert.effects
import data.transportcert.internal_certificate
import data.transportcert.selection

# METADATA
# title: Gather facts
# description: A fact is not known, or is too old.
gather_facts := manual(
	"gather-facts",
	sprintf("Gather the facts of %s again, with those that are missing", [input.server]),
	concat("\n", [
		"Make the exports on the server itself, so that services and private keys are known, or supply missing facts with --facts FILE.",
		"Pass --roots FILE or --system-roots for the trust of certificates. Then check again.",
	]),
)

# METADATA
# title: Correct the document
# description: A document with errors decides nothing.
correct_document := manual(
	"correct-document",
	"Correct the input document",
	"Correct it at the places that the messages name, or gather it again. Then check again.",
)

# METADATA
# title: Correct now
# description: Dates cannot be told from now.
correct_now := manual(
	"correct-now",
	"Correct the time of the input document",
	"Correct now in the document, or leave it out, so that the time of the check counts.",
)

# METADATA
# title: Correct the policies
# description: Something of an organization's own, or the shipped policies, cannot be read.
correct_policies := manual(
	"correct-policies",
	"Correct the rules, thresholds and waivers of your own",
	"Correct what the messages name. Until then it does not count. Then check again.",
)

# METADATA
# title: Not valid yet
# description: What to do about a certificate that is valid in the future only.
not_valid_yet(certificate) := internal_transport_certificate if {
	certificate.thumbprint == internal_certificate.loaded.thumbprint
} else := [clock(certificate)]

# METADATA
# title: Gather the host
# description: A name of the host has no domain, or is not a name, such as a dot.
gather_host := manual(
	"gather-host",
	sprintf("Gather the full names of %s", [input.server]),
	concat("\n", [
		"A name that should be fully qualified has no domain, or is only a dot. Gather the names of the host on the server itself.",
		"If the machine has no primary DNS suffix, no certificate of a CA can be for its name. Microsoft does not support a",
		"change of the name once Exchange is installed.",
	]),
)

# METADATA
# title: Uncovered names
# description: >-
#   The names of the domain list that no eligible certificate is for. A host name whose FQDN stands in a CA's is not one.
# scope: document
uncovered_names contains domain if {
	count(outcome.eligible) > 0
	some domain in possible_domains
	not domain in covered_by(outcome.eligible)
}

# A name that no certificate has, such as a dot, need not be covered.
possible_domains := [domain | some domain in outcome.domains; possible(domain)]

# METADATA
# title: Possible
# description: Whether a comparable name can be a DNS name. A name with an empty label, such as a dot, cannot.
possible(name) if not "" in split(name, ".")

covered_by(thumbprints) := union({covered_names(store[thumbprint]) | some thumbprint in thumbprints})

# The names of the domain list that a certificate covers.
covered_names(certificate) := {domain | some domain in possible_domains; covers(certificate, domain)}

covers(certificate, domain) if domain in comparable_names(certificate)

covers(certificate, domain) if {
	not contains(domain, ".")
	certificate.self_signed == false
	some fqdn in comparable_names(certificate)
	fqdn in possible_domains
	startswith(fqdn, concat("", [domain, "."]))
}

# METADATA
# title: Cover the names
# description: A certificate for all names of the domain list.
cover_names := [directory] if {
	not input.directory.readable
} else := internal_transport_certificate if {
	every domain in possible_domains { domain in comparable_names(planned) }
} else := [gather_names_at_ca] if {
	not keeps_self_signed
	outcome.best_kind == "pki"
} else := [create_for_the_server]

create_for_the_server := action(
	"certificate-for-names",
	sprintf("Create a self-signed certificate for all names of %s", [input.server]),
	{
		"description": run_there,
		"commands": [creation(input.server, internal_names)],
		"prompt": overwrite("No"),
		"afterwards": after_enabling(["SMTP"], "No"),
		"effect": effects.add_certificate(effects.new_certificate("certificate-for-names", internal_names), ["SMTP"], false),
	},
)

gather_names_at_ca := manual(
	"ca-certificate-for-names",
	sprintf("Have the CA issue a certificate for all names of %s", [input.server]),
	sprintf("The names are %s. Import the certificate, and enable it for SMTP.", [concat(", ", possible_domains)]),
)

# METADATA
# title: Edge subscription
# description: A new subscription, by its index, with the certificate that the Edge server has now or will have.
edge_subscription(i) := action(
	sprintf("edge-subscription:%s", [name]),
	sprintf("Make a new Edge subscription for %s", [name]),
	{
		"description": concat("\n", [
			"Run the first command on the Edge server, and copy the file to a Mailbox server of the subscribed site. Within 24 hours",
			"run the others there.",
		]),
		"commands": [
			sprintf("New-EdgeSubscription -FileName %s", [subscription_file]),
			sprintf("New-EdgeSubscription %s -Site (Get-EdgeSubscription %s).Site.Name", [subscription_option, quoted(name)]),
			"Start-EdgeSynchronization",
		],
		"prompt": {
			"question": "If you create an Edge Subscription, this Edge Transport server will be managed via EdgeSync replication.",
			"answer": "Yes",
		},
		"effect": effects.set_field(sprintf("/edge_subscriptions/%d/thumbprint", [i]), future_internal),
	},
) if {
	name := input.edge_subscriptions[i].name
}

subscription_file := `'C:\EdgeSubscription.xml'`

subscription_option := sprintf("-FileName %s", [subscription_file]) if {
	is_2007
} else := sprintf("-FileData ([System.IO.File]::ReadAllBytes(%s))", [subscription_file])

future_internal := planned.thumbprint if {
	planned
} else := internal_certificate.directory_thumbprint

# METADATA
# title: Name of the hybrid configuration
# description: Gives a connector of hybrid mail flow, by kind and index, the certificate of the hybrid configuration.
hybrid_name(name) := set_tls_certificate_name(name.kind, name.index, named_by_hybrid[0]) if {
	count(named_by_hybrid) > 0
} else := import_named(input.hybrid.tls_certificate_name)

named_by_hybrid := selection.in_order([certificate.thumbprint |
	some certificate in fit_for_smtp
	is_named_by(certificate, input.hybrid.tls_certificate_name)
])

# METADATA
# title: A shorter name
# description: An Edge server holds no TlsCertificateName of more than 256 characters.
shorter_name(name) := manual(
	sprintf("shorter-name:%s", [name.value]),
	"Have a certificate issued whose issuer and subject are shorter",
	concat("\n", [
		sprintf("TlsCertificateName of %s is too long for an Edge server: <I>, issuer, <S> and subject have to fit in 256", [name.described]),
		"characters. Import the new certificate, enable it for SMTP, and set the TlsCertificateName to it.",
	]),
)
