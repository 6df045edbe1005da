# What to do, by transportcert v1.2.3. Read each action before you run it in the Exchange Management
# Shell.
# A command that asks something is a comment: run it on its own, and give the answer above it.
# There, and where no command can do what has to be done, the script stops.

# EX01: MAIL AT RISK
# Facts: documents/ex01.json, gathered at 2026-11-20 10:30 UTC, evaluated for 2026-11-22 07:00 UTC

# 1. Renew the internal transport certificate EX01 (11111111)
# Why: event 12015; rules TC003 and TC020
# The new certificate has the same names.
# Run this command on its own. It asks "Overwrite the existing default SMTP certificate?": answer
# Yes.
# New-ExchangeCertificate -Services SMTP -Server 'EX01'
# Get-ExchangeCertificate -Server 'EX01'
throw 'Do what the comment above says, then delete this line.'

# 2. Request a certificate for mail.contoso.test
# Why: events 12014 and 12016
# By hand: A CA has to issue it.
# New-ExchangeCertificate -GenerateRequest
throw 'Do what the comment above says, then delete this line.'

# 3. Add Tls to the connector Relay
# Why: rule TC046
Set-ReceiveConnector 'EX01\Relay' -AuthMechanism Tls

# Afterwards
# Restart the transport service on EX01
Restart-Service MSExchangeTransport
# Subscribe the Edge server EDGE01 again

# EX02: OK
# Facts: forest.ndjson:7, evaluated for 2026-11-22 07:00 UTC
# Plan  none: no errors or warnings, apart from waived ones.

# ::error::a\n::error::b\r\n\t::error::c # #vso[task.complete]# # #vso[a]# #[error]d
# #\x1b[2J\x1b[31m\x1b]0;x\a\u009b31m\u202e\u2066\u2028\u2029\u0085\x00\x7f'"$(a)\nforged: ACTION
# NEEDED
# Facts: ::error::a\n::error::b\r\n\t::error::c # #vso[task.complete]# # #vso[a]# #[error]d
# #\x1b[2J\x1b[31m\x1b]0;x\a\u009b31m\u202e\u2066\u2028\u2029\u0085\x00\x7f'"$(a)\nforged, evaluated
# for 2026-11-22 07:00 UTC

# 1. ::error::a\n::error::b\r\n\t::error::c # #vso[task.complete]# # #vso[a]# #[error]d
# #\x1b[2J\x1b[31m\x1b]0;x\a\u009b31m\u202e\u2066\u2028\u2029\u0085\x00\x7f'"$(a)\nforged
# Why: rule ORG1
# ::error::a ::error::b ::error::c # #vso[task.complete]# # #vso[a]# #[error]d
# #\x1b[2J\x1b[31m\x1b]0;x\a\u009b31m\u202e\u2066 \x00\x7f'"$(a) forged
# Call ::error::a\n::error::b\r\n\t::error::c # #vso[task.complete]# # #vso[a]# #[error]d #\x1b[2J\x1b[31m\x1b]0;x\a\u009b31m\u202e\u2066\u2028\u2029\u0085\x00\x7f'"$(a)\nforged
throw 'Do what the comment above says, then delete this line.'

