# Helpers of the rules about expiry.
package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.document

# A certificate that expires before this time expires soon.
expiry_horizon := document.days_from_now(compliance.config.expires_within_days)

# A certificate that expires before this time is worth a notice.
notice_horizon := document.days_from_now(compliance.config.expires_notice_days)

# Facts gathered before this time are too old.
oldest_facts := document.days_from_now(0 - compliance.config.facts_max_age_days)

# The period includes its beginning, but not its end.
expires_between(certificate, begin, end) if {
	begin <= certificate.not_after
	certificate.not_after < end
}
