# What the rules about expiry share.
package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.document

# The moment from which on a certificate expires late enough.
expiry_horizon := document.days_from_now(compliance.config.expires_within_days)

# The moment from which on a certificate's expiry is not worth a notice.
notice_horizon := document.days_from_now(compliance.config.expires_notice_days)

# The moment before which facts are too old.
oldest_facts := document.days_from_now(0 - compliance.config.facts_max_age_days)

# The end itself does not belong to the period.
expires_between(certificate, begin, end) if {
	begin <= certificate.not_after
	certificate.not_after < end
}
