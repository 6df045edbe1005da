package transportcert.inbound_anonymous

# METADATA
# title: Events
# description: What the server writes to its Application log, by step.
# custom:
#   step: 9
events := [raised[step] | some step in sort(object.keys(raised))]

# METADATA
# title: Event 12012
# description: The directory names no internal transport certificate. Only a start raises it, whatever the connectors say.
# custom:
#   step: 3
#   reading: 3
raised[3] := {
	"id": 12012,
	"source": "MSExchangeTransport",
	"step": 3,
	"severity": "error",
	"symbolic_name": "InternalTransportCertificateMissingInAD",
	"message": sprintf("%s: %s, so no internal transport certificate is loaded.", [input.server, missing_in_directory]),
	"remediation": enable_best,
} if {
	phase == "startup"
	missing_in_directory
}

# METADATA
# title: Missing in the directory
# description: Why the directory names no certificate.
# scope: document
# custom:
#   step: 3
missing_in_directory := sprintf(
	"the server's object in the directory cannot be read (%s)",
	[directory_error],
) if {
	loading_stopped_at == "directory_unreadable"
}

missing_in_directory := "msExchServerInternalTLSCert is not set in the directory" if {
	loading_stopped_at == "directory_null"
}

# METADATA
# title: Directory error
# description: Why the directory cannot be read, as far as the document says it.
# custom:
#   step: 3
directory_error := input.directory.error if {
	input.directory.error != ""
} else := "no reason given"

# METADATA
# title: Event 12013
# description: The store does not hold the certificate that the directory names.
# custom:
#   step: 4
#   reading: 3
raised[4] := {
	"id": 12013,
	"source": "MSExchangeTransport",
	"step": 4,
	"severity": "error",
	"symbolic_name": "CannotLoadInternalTransportCertificateFromStore",
	"message": sprintf(
		"%s: the directory names the internal transport certificate %s, and the store does not hold it.",
		[input.server, input.directory.internal_transport_certificate],
	),
	"remediation": concat("\n", [
		sprintf("# Import %s with its private key again from backup, or:", [input.directory.internal_transport_certificate]),
		enable_best,
	]),
} if {
	certificate_process_starts
	loading_stopped_at == "certificate_not_found"
}

# METADATA
# title: Event 12015
# description: The loaded certificate has expired. The server serves it all the same.
# custom:
#   step: 5
#   reading: 3
raised[5] := {
	"id": 12015,
	"source": "MSExchangeTransport",
	"step": 5,
	"severity": "error",
	"symbolic_name": "InternalTransportCertificateExpired",
	"message": sprintf(
		"%s: the internal transport certificate %s expired on %s.",
		[input.server, loaded.thumbprint, loaded.not_after],
	),
	"remediation": renew_loaded,
} if {
	certificate_process_starts
	expired
}

# METADATA
# title: Event 1037
# description: The best certificate is another one than the loaded, which the server serves all the same.
# custom:
#   step: 9
#   reading: 1
raised[9] := {
	"id": 1037,
	"source": "MSExchangeTransport",
	"step": 9,
	"severity": "warning",
	"symbolic_name": null,
	"message": sprintf(
		"%s: the internal transport certificate is %s, and the best certificate is %s, valid from %s.",
		[input.server, loaded.thumbprint, best, store[best].not_before],
	),
	"remediation": enable_best,
} if {
	certificate_process_starts
	matches_best == false
}

# METADATA
# title: Expired
# description: The loaded certificate's not_after is before now; null where none is loaded.
# scope: document
# custom:
#   step: 5
#   reading: 10
default expired := null

expired := loaded.not_after < now

# METADATA
# title: Matches the best
# description: Whether the best certificate is the loaded one; null where there is nothing to compare.
# scope: document
# custom:
#   step: 9
#   reading: 2
default matches_best := null

matches_best := loaded.thumbprint == best if is_string(best)

# METADATA
# title: The certificate process starts
# description: An enabled connector has ExchangeServer, so that a session can come to step 3.
# custom:
#   step: 2
#   reading: 3
certificate_process_starts if {
	some connector in input.connectors
	not stopped_at(connector) in {"connector_disabled", "exchange_server_auth_disabled"}
}

# METADATA
# title: Enable the best
# description: The command that makes the best certificate the internal transport certificate, or else makes a new one.
# custom:
#   step: 9
enable_best := sprintf(
	"Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server %s",
	[best, quoted(input.server)],
) if {
	is_string(best)
} else := sprintf("New-ExchangeCertificate -Services SMTP -Server %s", [quoted(input.server)])

# METADATA
# title: Renew the loaded
# description: >-
#   The commands that renew the loaded certificate and enable the new one for SMTP. Only a CA can renew
#   what a CA issued.
# custom:
#   step: 5
renew_loaded := sprintf(
	concat("\n", [
		"$renewed = Get-ExchangeCertificate -Thumbprint %[1]s -Server %[2]s | New-ExchangeCertificate -Server %[2]s",
		"Enable-ExchangeCertificate -Thumbprint $renewed.Thumbprint -Services SMTP -Server %[2]s",
	]),
	[loaded.thumbprint, quoted(input.server)],
) if {
	loaded.self_signed == true
} else := sprintf(
	concat("\n", [
		"Get-ExchangeCertificate -Thumbprint %[1]s -Server %[2]s | New-ExchangeCertificate -GenerateRequest -Server %[2]s",
		"# Send the request to the CA, import its answer with Import-ExchangeCertificate, then, with the new thumbprint:",
		"Enable-ExchangeCertificate -Thumbprint NEW -Services SMTP -Server %[2]s",
	]),
	[loaded.thumbprint, quoted(input.server)],
)

# METADATA
# title: Quoted
# description: >-
#   A text as a PowerShell literal. PowerShell takes the typographic quotes for quotes too; each one
#   inside is doubled, so that a name from a document stays a name.
# custom:
#   step: 9
quoted(text) := sprintf("'%s'", [regex.replace(text, `(['‘’‚‛])`, "$1$1")])
