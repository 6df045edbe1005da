package transportcert.custom

# METADATA
# title: Thresholds
# description: The thresholds of the shipped rules, in bits and in days, by the server's role.
config := {
	"minimum_key_bits": 3072,
	"facts_max_age_days": 14,
	"expires_within_days": role.expires_within_days,
	"expires_notice_days": role.expires_notice_days,
}

# METADATA
# title: Role
# description: The first role with a prefix that the server's name begins with.
role := [candidate |
	some candidate in data.transportcert.custom.roles
	startswith(upper(input.server), candidate.prefix)
][0]
