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
# title: Ineligible, version
# description: The certificate is older than X.509 version 3.
# custom:
#   step: 7
ineligible[candidate.thumbprint] contains "version_below_3" if {
	some candidate in input.certificates
	candidate.version < 3
}

# METADATA
# title: Ineligible, no private key
# description: The store has no private key for the certificate.
# custom:
#   step: 7
ineligible[candidate.thumbprint] contains "no_private_key" if {
	some candidate in input.certificates
	candidate.has_private_key == false
}

# METADATA
# title: Ineligible, private key unknown
# description: Nobody could tell whether there is a private key, which never counts in a certificate's favour.
# custom:
#   step: 7
#   reading: 11
ineligible[candidate.thumbprint] contains "private_key_unknown" if {
	some candidate in input.certificates
	is_null(candidate.has_private_key)
}

# METADATA
# title: Ineligible, names
# description: No common name of the subject and no DNS name is on the domain list.
# custom:
#   step: 7
ineligible[candidate.thumbprint] contains "name_mismatch" if {
	some candidate in input.certificates
	not named(candidate)
}

# METADATA
# title: Named
# description: A name of the certificate is on the domain list. A wildcard is a name like any other.
# custom:
#   step: 7
#   reading: 8
named(candidate) if {
	some name in array.concat(candidate.subject_common_names, candidate.dns_names)
	comparable(name) in domains
}

# METADATA
# title: Ineligible, SMTP not enabled
# description: The certificate is not enabled for SMTP.
# custom:
#   step: 7
ineligible[candidate.thumbprint] contains "smtp_not_enabled" if {
	some candidate in input.certificates
	is_array(candidate.services)
	not "SMTP" in candidate.services
}

# METADATA
# title: Ineligible, services unknown
# description: Nobody could tell its services, which never counts in a certificate's favour.
# custom:
#   step: 7
#   reading: 11
ineligible[candidate.thumbprint] contains "services_unknown" if {
	some candidate in input.certificates
	is_null(candidate.services)
}

# METADATA
# title: Ineligible, custom
# description: The certificate fails a criterion of an organisation's own.
# custom:
#   step: 7
#   hook: data.transportcert.custom.ineligible
ineligible[criterion.thumbprint] contains criterion.reason if some criterion in custom_criteria

# METADATA
# title: Custom criteria
# description: What an organisation asks beyond the published criteria, for the certificates of this store.
# custom:
#   step: 7
#   hook: data.transportcert.custom.ineligible
custom_criteria contains criterion if {
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
