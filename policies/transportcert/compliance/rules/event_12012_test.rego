package transportcert.compliance.rules_test

import data.transportcert.compliance
import data.transportcert.inbound_anonymous

test_events_are_findings[name] if {
	some name, case in {
		"12012": {
			"document": object.union_n([document, not_set, startup]),
			"id": "TC001",
			"severity": "error",
			"path": "directory.internal_transport_certificate",
			"thumbprint": null,
		},
		"12012, unreadable": {
			"document": object.union_n([document, unreadable, startup]),
			"id": "TC001",
			"severity": "error",
			"path": "directory.internal_transport_certificate",
			"thumbprint": null,
		},
		"12013": {
			"document": with_certificates([pki]),
			"id": "TC002",
			"severity": "error",
			"path": "directory.internal_transport_certificate",
			"thumbprint": a,
		},
		"12015": {
			"document": changed(expired),
			"id": "TC003",
			"severity": "error",
			"path": "certificates[0].not_after",
			"thumbprint": a,
		},
		"1037": {
			"document": with_other({}),
			"id": "TC004",
			"severity": "warning",
			"path": "directory.internal_transport_certificate",
			"thumbprint": a,
		},
	}
	found := compliance.findings with input as case.document
	events := inbound_anonymous.events with input as case.document
	count(events) == 1
	found[0].rule_id == case.id
	found[0].severity == case.severity
	found[0].severity == events[0].severity
	found[0].message == events[0].message
	found[0].remediation == events[0].remediation
	found[0].path == case.path
	found[0].thumbprint == case.thumbprint
}

test_events_alone[name] if {
	some name, case in {
		"12012": {"document": object.union_n([document, not_set, startup]), "ids": ["TC001"]},
		"12012, unreadable": {"document": object.union_n([document, unreadable, startup]), "ids": ["TC001"]},
		"12013": {"document": with_certificates([pki]), "ids": ["TC002"]},
		"12015": {"document": changed(expired), "ids": ["TC003"]},
		"1037, PKI": {"document": with_other({}), "ids": ["TC004", "TC014"]},
		"1037, self-signed": {
			"document": with_certificates([self_signed, object.union(self_signed, {"thumbprint": b, "not_before": "2025-01-01T00:00:00Z"})]),
			"ids": ["TC004"],
		},
	}
	reported(case.document) == case.ids
}
