package transportcert.compliance

import data.transportcert.inbound_anonymous

# METADATA
# title: Expiry horizon
# description: The moment from which on a certificate expires late enough.
# custom:
#   document: config
expiry_horizon := days_from_now(config.expires_within_days)

# METADATA
# title: Notice horizon
# description: The moment from which on a certificate's expiry is not worth a notice.
# custom:
#   document: config
notice_horizon := days_from_now(config.expires_notice_days)

# METADATA
# title: Days from now
# description: >-
#   The time so many days after now, as text. Only now goes through nanoseconds, which end in 2262; a
#   certificate's dates compare as text.
# custom:
#   document: config
days_from_now(days) := time.format([
	time.add_date(time.parse_rfc3339_ns(now), 0, 0, days),
	"UTC",
	"2006-01-02T15:04:05Z07:00",
])

# METADATA
# title: Date out of range
# description: >-
#   Now, or now and the days of a threshold, is no date from 1678 to 2262, so no rule can tell which
#   certificate expires soon.
# custom:
#   id: TC095
#   severity: error
#   remediation: Correct now in the document, or leave it out.
setup_report contains finding(rego.metadata.rule(), {
	"message": sprintf("the dates that follow on %s cannot be told", [now]),
	"path": "now",
}) if {
	not horizons_known
}

# METADATA
# title: Horizons known
# description: Whether the rules can tell which certificate expires soon.
# custom:
#   document: config
horizons_known if {
	expiry_horizon
	notice_horizon
}

# METADATA
# title: Loaded expires soon
# description: Whether the internal transport certificate is valid now and expires within expires_within_days.
# custom:
#   document: input
loaded_expires_soon if expires_between(loaded, now, expiry_horizon)

# METADATA
# title: Expires between
# description: Whether a certificate's not_after is one moment or after it, and before another.
# custom:
#   document: input
expires_between(certificate, begin, end) if {
	begin <= certificate.not_after
	certificate.not_after < end
}

# METADATA
# title: Replacements
# description: >-
#   The eligible certificates, in order, that are valid when the internal transport certificate expires, and
#   still are after expires_within_days. Where it expires before, it is none of them itself.
# custom:
#   document: input
replacements := [thumbprint |
	some thumbprint in decision.eligible
	certificate := inbound_anonymous.store[thumbprint]
	certificate.not_before <= loaded.not_after
	expiry_horizon <= certificate.not_after
]

# METADATA
# title: The internal transport certificate expires soon, and nothing replaces it
# description: >-
#   The internal transport certificate expires within expires_within_days, and no other eligible certificate
#   is valid beyond.
# related_resources:
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC020
#   severity: error
#   remediation: Renew the certificate and enable the new one for SMTP.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s expires on %s, and no other eligible certificate is valid beyond", [
		named(loaded),
		loaded.not_after,
	]),
	"remediation": inbound_anonymous.renew_loaded,
	"path": place(decision.certificate, "not_after"),
	"thumbprint": decision.certificate,
}) if {
	loaded_expires_soon
	count(replacements) == 0
}

# METADATA
# title: The internal transport certificate expires soon
# description: >-
#   The internal transport certificate expires within expires_within_days. Another eligible certificate is
#   valid beyond, and has to be enabled: the server does not change over by itself.
# related_resources:
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC021
#   severity: warning
#   remediation: Enable-ExchangeCertificate -Thumbprint {replacement} -Services SMTP -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s expires on %s; %s can replace it", [named(loaded), loaded.not_after, replacements[0]]),
	"path": place(decision.certificate, "not_after"),
	"thumbprint": decision.certificate,
	"replacement": replacements[0],
}) if {
	loaded_expires_soon
}

# METADATA
# title: A certificate in use expires soon
# description: >-
#   A certificate that is best or enabled for an Exchange service expires within expires_within_days. Rules
#   of their own look at the internal transport certificate and the Auth certificate.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC022
#   severity: warning
#   remediation: Renew the certificate and enable the new one for its services.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s expires on %s", [named(certificate), certificate.not_after]),
	"path": place(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.thumbprint != decision.certificate
	not is_auth(certificate)
	expires_between(certificate, now, expiry_horizon)
}

# METADATA
# title: A certificate in use expires before long
# description: >-
#   A certificate in use, the internal transport certificate included, expires after expires_within_days and
#   within expires_notice_days.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC023
#   severity: info
#   remediation: Plan the renewal of the certificate.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s expires on %s", [named(certificate), certificate.not_after]),
	"path": place(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	expires_between(certificate, expiry_horizon, notice_horizon)
}

# METADATA
# title: Expired certificate left in the store
# description: >-
#   A certificate in use has expired: it is enabled for SMTP or another Exchange service, or it is the best,
#   or the internal transport certificate, of which no event says so without an enabled connector with
#   ExchangeServer.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC024
#   severity: warning
#   remediation: |-
#     # As soon as another certificate has taken its place:
#     Remove-ExchangeCertificate -Thumbprint {thumbprint} -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s expired on %s", [named(certificate), certificate.not_after]),
	"path": place(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.not_after < now
	not event_12015_is_about(certificate)
}

# METADATA
# title: Event 12015 is about
# description: Whether the event says already that a certificate has expired.
# custom:
#   document: decision
event_12015_is_about(certificate) if {
	certificate.thumbprint == decision.certificate
	events[12015]
}

# METADATA
# title: Not valid yet
# description: >-
#   The internal transport certificate, or the best, is valid in the future only. The nine steps do not ask.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
# custom:
#   id: TC025
#   severity: warning
#   remediation: >-
#     Check the clock of {server}. Where it is right, enable a certificate that is valid now until this one
#     is.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s is valid from %s on only", [named(certificate), certificate.not_before]),
	"path": place(certificate.thumbprint, "not_before"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in loaded_and_best
	now < certificate.not_before
}

# METADATA
# title: Latest Auth certificate
# description: The end and the thumbprint of the Auth certificate that is valid longest.
# custom:
#   document: input
latest_auth := max({[certificate.not_after, certificate.thumbprint] |
	some certificate in input.certificates
	is_auth(certificate)
})

# METADATA
# title: The Auth certificate has expired
# description: >-
#   Every Exchange Server Auth certificate in the store has expired. OAuth between servers fails, and with
#   it, on current versions, Outlook on the web and the admin center. A store without one is not reported:
#   the document does not say whether the server is of a version and role that has one.
# related_resources:
#   - description: HealthChecker, Auth certificate check
#     ref: https://aka.ms/HC-OAuthExpired
# custom:
#   id: TC026
#   severity: error
#   remediation: Make a new Auth certificate and publish it with Set-AuthConfig, as the reference says.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("the Exchange Server Auth certificate %s expired on %s", [thumbprint, not_after]),
	"path": place(thumbprint, "not_after"),
	"thumbprint": thumbprint,
}) if {
	[not_after, thumbprint] := latest_auth
	not_after < now
}

# METADATA
# title: The Auth certificate expires soon
# description: Every Exchange Server Auth certificate in the store expires within expires_within_days.
# related_resources:
#   - description: HealthChecker, Auth certificate check
#     ref: https://aka.ms/HC-OAuthExpired
# custom:
#   id: TC027
#   severity: warning
#   remediation: >-
#     Make the next Auth certificate and stage it with Set-AuthConfig -NewCertificateThumbprint, as the
#     reference says.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("the Exchange Server Auth certificate %s expires on %s", [thumbprint, not_after]),
	"path": place(thumbprint, "not_after"),
	"thumbprint": thumbprint,
}) if {
	[not_after, thumbprint] := latest_auth
	now <= not_after
	not_after < expiry_horizon
}
