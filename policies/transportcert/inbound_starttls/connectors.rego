package transportcert.inbound_starttls

import data.transportcert.document

# The result for each connector, in the order of the document. Connectors that search for the same certificate share one
# search, because OPA caches the results of functions.
connectors := [object.union({"name": connector.name}, verdict(connector)) | some connector in input.connectors]

verdict(connector) := stopped("connector_disabled") if {
	not document.session_can_begin(connector)
} else := stopped("tls_auth_disabled") if {
	not offers_tls(connector)
} else := search(searched_for(connector))

stopped(reason) := {
	"advertise_starttls": false,
	"certificate": null,
	"certificate_kind": null,
	"expired": null,
	"stopped_at": reason,
	"searched_for": null,
	"eligible": [],
	"ineligible": {},
}

# METADATA
# title: Search
# description: The part of the result that depends only on what a connector searches for.
search(searched) := {
	"advertise_starttls": true,
	"certificate": found.thumbprint,
	"certificate_kind": found.kind,
	"expired": expired(found.thumbprint),
	"stopped_at": null,
	"searched_for": searched,
	"eligible": eligible(searched),
	"ineligible": ineligible(searched),
} if {
	found := best(searched)
} else := object.union(stopped(search_stopped_at(searched)), {
	"searched_for": searched,
	"eligible": eligible(searched),
	"ineligible": ineligible(searched),
})

search_stopped_at(searched) := "certificate_not_found" if {
	count(matching(searched)) == 0
} else := "no_eligible_certificate" if {
	count(eligible(searched)) == 0
} else := "no_best_certificate"
