package transportcert.internal_certificate

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Event 12012
# description: >-
#   The directory names no internal transport certificate. Raised only at startup, regardless of the connectors.
# custom:
#   step: 3
#   reading: 3
event_12012 := {
	"id": 12012,
	"source": "MSExchangeTransport",
	"step": 3,
	"severity": "error",
	"symbolic_name": "InternalTransportCertificateMissingInAD",
	"message": sprintf("%s: %s, so no internal transport certificate is loaded.", [input.server, missing_in_directory]),
	"action": remedies.internal_for_event.id,
	"remediation": remedies.text(remedies.internal_for_event),
	"connector": null,
} if {
	document.phase == "startup"
	missing_in_directory
}

missing_in_directory := sprintf("the server's object in the directory cannot be read (%s)", [directory_error]) if {
	stopped_at == "directory_unreadable"
}

missing_in_directory := "msExchServerInternalTLSCert is not set in the directory" if {
	stopped_at == "directory_null"
}

# METADATA
# title: Directory error
# description: Why the directory cannot be read, if the document says so.
directory_error := input.directory.error if {
	input.directory.error != ""
} else := "no reason given"

# METADATA
# title: Event 12013
# description: The certificate that the directory names is not in the store.
# custom:
#   step: 4
event_12013 := {
	"id": 12013,
	"source": "MSExchangeTransport",
	"step": 4,
	"severity": "error",
	"symbolic_name": "CannotLoadInternalTransportCertificateFromStore",
	"message": sprintf(
		"%s: the directory names the internal transport certificate %s, but it is not in the store.",
		[input.server, directory_thumbprint],
	),
	"action": remedies.internal_for_event.id,
	"remediation": remedies.text(remedies.internal_for_event),
	"connector": null,
} if {
	stopped_at == "certificate_not_found"
}

# METADATA
# title: Event 12015
# description: The loaded certificate has expired. The server still uses it.
# custom:
#   step: 5
event_12015 := {
	"id": 12015,
	"source": "MSExchangeTransport",
	"step": 5,
	"severity": "error",
	"symbolic_name": "InternalTransportCertificateExpired",
	"message": sprintf(
		"%s: the internal transport certificate %s expired on %s.",
		[input.server, loaded.thumbprint, loaded.not_after],
	),
	"action": remedies.internal_for_event.id,
	"remediation": remedies.text(remedies.internal_for_event),
	"connector": null,
} if {
	expired
}
