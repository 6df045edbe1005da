# METADATA
# scope: package
# title: Effects
# description: >-
#   What the commands of the Exchange Management Shell do to the facts of a server, as JSON Patch (RFC 6902) on the input
#   document. A path that ends in "-" adds to the end of an array, so that indices stay right from one action to the next;
#   what removes comes last, from the end of the array on.
# schemas:
#   - input: schema.input
package transportcert.effects

import data.transportcert.document
import data.transportcert.selection

# METADATA
# title: Set a field
# description: Adds a member of an object, or replaces it where it is there.
set_field(path, value) := [{"op": "add", "path": path, "value": value}]

# METADATA
# title: Add an authentication mechanism
# description: A Receive connector, by its index, gets one more mechanism, whatever else it gets besides.
add_auth_mechanism(index, mechanism) := [{
	"op": "add",
	"path": sprintf("/connectors/%d/auth_mechanisms/-", [index]),
	"value": mechanism,
}]

# METADATA
# title: Set the internal transport certificate
# description: The directory names a certificate, which need not be in the store yet.
set_internal_transport_certificate(thumbprint) := set_field("/directory/internal_transport_certificate", thumbprint)

# METADATA
# title: Enable services
# description: >-
#   Enable-ExchangeCertificate: a certificate of the store is enabled for further services. Overwriting the default SMTP
#   certificate makes it the internal transport certificate.
enable_services(thumbprint, services, overwrite_default) := array.concat(
	services_added(indices[thumbprint], document.store[thumbprint].services, services),
	default_smtp_certificate(thumbprint, services, overwrite_default),
)

# One at a time, since another action may enable it for others; so None stays in the list, as it counts for nothing.
services_added(index, before, services) := [{"op": "add", "path": sprintf("/certificates/%d/services/-", [index]), "value": service} |
	some service in services
	not service in before
] if {
	is_array(before)
} else := set_field(sprintf("/certificates/%d/services", [index]), services)

# Without services a certificate has None, or nothing is known of them.
with_services(before, services) := array.concat(kept, [service | some service in services; not service in kept]) if {
	kept := [service | some service in before; service != "None"]
}

# The question is asked, and the default changes, with SMTP alone.
default_smtp_certificate(thumbprint, services, true) := set_internal_transport_certificate(thumbprint) if "SMTP" in services

default_smtp_certificate(_, services, true) := [] if not "SMTP" in services

default_smtp_certificate(_, _, false) := []

# METADATA
# title: Add a certificate
# description: New-ExchangeCertificate and Import-ExchangeCertificate with the services that the certificate is enabled for.
add_certificate(certificate, services, overwrite_default) := array.concat(
	[{"op": "add", "path": "/certificates/-", "value": object.union(certificate, {"services": services})}],
	default_smtp_certificate(certificate.thumbprint, services, overwrite_default),
)

# METADATA
# title: Renew
# description: >-
#   Get-ExchangeCertificate piped into New-ExchangeCertificate: a new certificate takes the names and the services of the
#   old one, which stays in the store. The internal transport certificate's becomes that.
renew(thumbprint, replacement) := add_certificate(
	replacement,
	with_services(document.store[thumbprint].services, ["SMTP"]),
	thumbprint == input.directory.internal_transport_certificate,
)

# METADATA
# title: Remove a certificate
# description: Remove-ExchangeCertificate.
remove_certificate(thumbprint) := [{"op": "remove", "path": sprintf("/certificates/%d", [indices[thumbprint]])}]

# METADATA
# title: Set TlsCertificateName
# description: A connector of a kind, connectors or send_connectors, names a certificate of the store by issuer and subject.
set_tls_certificate_name(kind, index, thumbprint) := set_field(
	sprintf("/%s/%d/tls_certificate_name", [kind, index]),
	selection.tls_certificate_name(document.store[thumbprint]),
)

# METADATA
# title: New self-signed certificate
# description: >-
#   What New-ExchangeCertificate makes for some names: valid from now for five years. Its thumbprint is that of nothing: the
#   SHA-1 of what makes it. Of several, the new internal transport certificate is made last; they all begin now, where the
#   lower thumbprint comes first.
new_certificate(made_by, names) := {
	"thumbprint": placeholder(made_by),
	"version": 3,
	"subject": sprintf("CN=%s", [names[0]]),
	"issuer": sprintf("CN=%s", [names[0]]),
	"serial_number": upper(substring(crypto.sha1(concat("", ["serial number of ", made_by])), 0, 32)),
	"subject_common_names": [names[0]],
	"dns_names": names,
	"not_before": document.now,
	"not_after": five_years_later,
	"has_private_key": true,
	"self_signed": true,
	"trust": {"chain": "unknown"},
	"key_algorithm": "RSA",
	"key_bits": 2048,
	"signature_algorithm": "SHA256-RSA",
	"extended_key_usages": ["1.3.6.1.5.5.7.3.1"],
}

placeholder(made_by) := concat("", ["00000000", upper(substring(crypto.sha1(made_by), 8, -1))]) if {
	becomes_internal(made_by)
} else := upper(crypto.sha1(made_by))

becomes_internal("internal-transport-certificate")

becomes_internal(made_by) if made_by == concat(":", ["renew", input.directory.internal_transport_certificate])

# By its digits, since nanoseconds end in 2262; a 1 in front keeps those of a year below 1000. Years have four digits, and
# not every year has a 29 February.
five_years_later := concat("", [
	sprintf("%04d", [min({to_number(concat("", ["1", substring(document.now, 0, 4)])) - 9995, 9999})]),
	replace(substring(document.now, 4, -1), "-02-29", "-02-28"),
])

indices := {certificate.thumbprint: i | some i, certificate in input.certificates}
