# What the rules about expiry share.
package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.document

# The moment from which on a certificate expires late enough.
expiry_horizon := days_from_now(compliance.config.expires_within_days)

# The moment from which on a certificate's expiry is not worth a notice.
notice_horizon := days_from_now(compliance.config.expires_notice_days)

# The moment before which facts are too old.
oldest_facts := days_from_now(0 - compliance.config.facts_max_age_days)

# Only now goes through nanoseconds, which end in 2262; a certificate's dates compare as text.
days_from_now(days) := time.format([
	time.add_date(time.parse_rfc3339_ns(document.now), 0, 0, days),
	"UTC",
	"2006-01-02T15:04:05Z07:00",
])

# The end itself does not belong to the period.
expires_between(certificate, begin, end) if {
	begin <= certificate.not_after
	certificate.not_after < end
}
