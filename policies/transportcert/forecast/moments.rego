package transportcert.forecast

import data.transportcert.document

# The moments after now and not after an end at which a date has passed, each an object with what passes, in words, as
# keys. object.union_n groups them in one pass, where a partial rule would compare each new moment with all others.
passing_until(end) := object.union_n([{date.at: {date.because: true}} | some date in dates_until(end)])

# METADATA
# title: Dates until
# description: >-
#   The dates of certificates after now and not after a time, each with the first second at which it has passed, the
#   certificate, its field, and what passes, in words.
dates_until(end) := array.concat(
	[passing(date, certificate, field, words) |
		some certificate in input.certificates
		some [date, field, words] in beginnings(certificate)
		document.now < date
		date <= end
	],
	[object.union(passing(date, certificate, field, words), {"at": second_after(date)}) |
		some certificate in input.certificates
		some [date, field, words] in ends(certificate)
		is_ahead(date, end)
	],
)

passing(date, certificate, field, words) := {
	"at": date,
	"thumbprint": certificate.thumbprint,
	"field": field,
	"because": sprintf(words, [named(certificate), date]),
}

# The date of a chain that is the certificate's own is not told twice.
beginnings(certificate) := [
	[certificate.not_before, "not_before", "%s becomes valid on %s"],
	[chain_date(certificate, "valid_from", "not_before"), "trust.valid_from", "the chain of %s becomes valid on %s"],
]

# At the second that a date names, a certificate is still valid.
ends(certificate) := [
	[certificate.not_after, "not_after", "%s expires on %s"],
	[chain_date(certificate, "valid_until", "not_after"), "trust.valid_until", "the chain of %s expires on %s"],
]

# Null, which is less than every text, where there is nothing to tell.
chain_date(certificate, of_chain, own) := date if {
	date := certificate.trust[of_chain]
	date != certificate[own]
} else := null

# Whether the second after a date is after now and not after an end.
is_ahead(date, end) if {
	document.now <= date
	date < end
}

# Undefined for a date that is not in the calendar, or beyond 2262.
second_after(date) := time.format([time.parse_rfc3339_ns(date) + 1000000000, "UTC", "2006-01-02T15:04:05Z07:00"])

# A certificate as people know it.
named(certificate) := sprintf("%s (%s)", [name_of(certificate), substring(certificate.thumbprint, 0, 8)])

name_of(certificate) := certificate.friendly_name if {
	certificate.friendly_name != ""
} else := certificate.subject if {
	certificate.subject != ""
} else := "the certificate"
