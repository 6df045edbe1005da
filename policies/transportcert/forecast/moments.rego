package transportcert.forecast

import data.transportcert.document

# The times after now, up to and including an end, at which a date passes, each an object with the descriptions of these
# dates as keys. object.union_n groups them in one pass; a partial rule would compare each new time with all others.
passing_until(end) := object.union_n([{date.at: {date.because: true}} | some date in dates_until(end)])

# METADATA
# title: Dates until
# description: >-
#   The dates of certificates after now, up to and including a time, each with the first second at which it has passed, the
#   certificate, its field, and a description.
dates_until(end) := array.flatten([
	[passing(certificate.not_before, certificate, "not_before", "%s becomes valid on %s") |
		some certificate in input.certificates
		document.now < certificate.not_before
		certificate.not_before <= end
	],
	[passing(certificate.trust.valid_from, certificate, "trust.valid_from", "the chain of %s becomes valid on %s") |
		some certificate in input.certificates
		document.now < certificate.trust.valid_from
		certificate.trust.valid_from <= end

		# A chain's date that equals the certificate's own is not repeated.
		certificate.trust.valid_from != certificate.not_before
	],
	[ending(certificate.not_after, certificate, "not_after", "%s expires on %s") |
		some certificate in input.certificates
		is_ahead(certificate.not_after, end)
	],
	[ending(certificate.trust.valid_until, certificate, "trust.valid_until", "the chain of %s expires on %s") |
		some certificate in input.certificates
		is_ahead(certificate.trust.valid_until, end)
		certificate.trust.valid_until != certificate.not_after
	],
])

passing(date, certificate, field, words) := {
	"at": date,
	"thumbprint": certificate.thumbprint,
	"field": field,
	"because": sprintf(words, [named(certificate), date]),
}

# A certificate is still valid in the second of its not_after.
ending(date, certificate, field, words) := object.union(
	passing(date, certificate, field, words),
	{"at": second_after(date)},
)

# Whether the second after a date is after now and not later than an end.
is_ahead(date, end) if {
	document.now <= date
	date < end
}

# Undefined for a date that is not in the calendar or is after 2261.
second_after(date) := time.format([time.parse_rfc3339_ns(date) + 1000000000, "UTC", "2006-01-02T15:04:05Z07:00"])

# A certificate's name for people, with the first digits of its thumbprint.
named(certificate) := sprintf("%s (%s)", [name_of(certificate), substring(certificate.thumbprint, 0, 8)])

name_of(certificate) := certificate.friendly_name if {
	certificate.friendly_name != ""
} else := certificate.subject if {
	certificate.subject != ""
} else := "the certificate"
