package transportcert.remedies

import data.transportcert.inbound_starttls
import data.transportcert.selection

# METADATA
# title: Name again
# description: What makes the TlsCertificateName of a connector, by kind and index, that of a certificate of the store.
name_again(kind, i) := name_of_another(kind, i, almost[0]) if {
	almost := fit_almost_named(input[kind][i].tls_certificate_name)
	count(almost) > 0
} else := name_of_another(kind, i, for_fqdn(input[kind][i])[0]) if {
	kind == "connectors"
	count(for_fqdn(input[kind][i])) > 0
} else := [import_named(input[kind][i].tls_certificate_name)]

# With SMTP for all certificates of that name, of which Exchange can pick any.
name_of_another(kind, i, thumbprint) := array.flatten([
	set_tls_certificate_name(kind, i, thumbprint),
	[enable(thumbprint, ["SMTP"]) | not "SMTP" in store[thumbprint].services],
	[remedy |
		kind == "connectors"
		result := inbound_starttls.search({"by": "tls_certificate_name", "value": selection.tls_certificate_name(store[thumbprint])})
		some remedy in all_with_smtp(result)
	],
])

fit_almost_named(value) := selection.in_order([thumbprint |
	some thumbprint in almost_named(value)
	fit(store[thumbprint])
])

# METADATA
# title: Parts of a TlsCertificateName
# description: Its issuer and subject; undefined where it has another form.
parts_of(value) := {"issuer": issuer, "subject": subject} if {
	[[_, issuer, subject]] := regex.find_all_string_submatch_n(`(?is)^<I>(.+?)<S>(.*)$`, value, -1)
}

# METADATA
# title: Almost named
# description: >-
#   The thumbprints of the certificates that a TlsCertificateName, which names none, would name if spaces and the order
#   of the parts of issuer and subject were ignored.
almost_named(value) := {thumbprint |
	wanted := simplified(parts_of(value))
	some thumbprint, offered in simplified_by_thumbprint
	offered == wanted
}

simplified_by_thumbprint := {certificate.thumbprint: simplified(certificate) | some certificate in input.certificates}

simplified(named) := [sorted_parts(named.issuer), sorted_parts(named.subject)]

# A comma in quotes, as in O="Contoso, Inc.", does not end a part.
sorted_parts(name) := sort([lower(regex.replace(part, `\s`, "")) |
	some part in regex.find_n(`(?:[^,"]+|"(?:[^"]|"")*")+`, name, -1)
])
