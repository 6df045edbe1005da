package transportcert.inbound_anonymous

# METADATA
# title: Domain list
# description: The names that a certificate can be for, in lower case, sorted.
# custom:
#   step: 6
domains := sort({domain |
	some name in array.concat(cluster_names, physical_names)
	domain := comparable(name)
	domain != ""
})

# METADATA
# title: Cluster names
# description: The NLB cluster names stand in place of the DNS FQDN where there are any.
# custom:
#   step: 6
cluster_names := input.host.nlb_cluster_names if {
	count(input.host.nlb_cluster_names) > 0
} else := [input.host.dns_fqdn]

# METADATA
# title: Physical names
# description: The names that stay on the domain list with and without NLB.
# custom:
#   step: 6
physical_names := [
	input.host.dns_host_name,
	input.host.physical_dns_fqdn,
	input.host.physical_dns_host_name,
]

# METADATA
# title: Comparable
# description: A name without its case and without one trailing dot.
# custom:
#   step: 6
#   reading: 8
comparable(name) := lower(trim_suffix(name, "."))

# METADATA
# title: Ineligible
# description: The certificates that fail a criterion, by thumbprint, each with the reasons.
# custom:
#   step: 7
ineligible := {thumbprint: reasons |
	some thumbprint in union({thumbprints | some [_, thumbprints] in failed})
	reasons := {reason | some [reason, thumbprints] in failed; thumbprint in thumbprints}
}

# METADATA
# title: Failed criteria
# description: Each reason with the thumbprints of the certificates that it concerns, an organisation's own last.
# custom:
#   step: 7
failed := array.concat(
	[
		["version_below_3", version_below_3],
		["no_private_key", no_private_key],
		["private_key_unknown", private_key_unknown],
		["name_mismatch", name_mismatch],
		["smtp_not_enabled", smtp_not_enabled],
		["services_unknown", services_unknown],
	],
	[[reason, thumbprints] | some reason, thumbprints in custom_criteria],
)

# METADATA
# title: Version below 3
# description: The certificate is older than X.509 version 3.
# custom:
#   step: 7
version_below_3 contains certificate.thumbprint if {
	some certificate in input.certificates
	certificate.version < 3
}

# METADATA
# title: No private key
# description: The store has no private key for the certificate.
# custom:
#   step: 7
no_private_key contains certificate.thumbprint if {
	some certificate in input.certificates
	certificate.has_private_key == false
}

# METADATA
# title: Private key unknown
# description: Nobody could tell whether there is a private key, which never counts in a certificate's favour.
# custom:
#   step: 7
#   reading: 11
private_key_unknown contains certificate.thumbprint if {
	some certificate in input.certificates
	is_null(certificate.has_private_key)
}

# METADATA
# title: Name mismatch
# description: No common name of the subject and no DNS name is on the domain list.
# custom:
#   step: 7
name_mismatch contains certificate.thumbprint if {
	some certificate in input.certificates
	not named(certificate)
}

# METADATA
# title: Named
# description: A name of the certificate is on the domain list. A wildcard is a name like any other.
# custom:
#   step: 7
#   reading: 8
named(certificate) if {
	some name in array.concat(certificate.subject_common_names, certificate.dns_names)
	comparable(name) in domains
}

# METADATA
# title: SMTP not enabled
# description: The certificate is not enabled for SMTP.
# custom:
#   step: 7
smtp_not_enabled contains certificate.thumbprint if {
	some certificate in input.certificates
	is_array(certificate.services)
	not "SMTP" in certificate.services
}

# METADATA
# title: Services unknown
# description: Nobody could tell its services, which never counts in a certificate's favour.
# custom:
#   step: 7
#   reading: 11
services_unknown contains certificate.thumbprint if {
	some certificate in input.certificates
	is_null(certificate.services)
}

# METADATA
# title: Custom criteria
# description: What an organisation asks beyond the published criteria, by reason, for the certificates of this store.
# custom:
#   step: 7
#   hook: data.transportcert.custom.ineligible
custom_criteria[criterion.reason] contains criterion.thumbprint if {
	some entry in data.transportcert.custom.ineligible
	criterion := readable_criterion(entry)
	store[criterion.thumbprint]
}

# METADATA
# title: Readable criterion
# description: Undefined for an entry that is no thumbprint with a reason.
# custom:
#   step: 7
#   hook: data.transportcert.custom.ineligible
readable_criterion(entry) := {"thumbprint": entry.thumbprint, "reason": entry.reason} if {
	is_name(entry.reason)
	regex.match(thumbprint_pattern, entry.thumbprint)
}
