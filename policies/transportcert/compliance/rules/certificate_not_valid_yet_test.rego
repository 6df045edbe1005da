package transportcert.compliance.rules_test

test_not_valid_yet[name] if {
	some name, case in {
		"internal": {"document": changed({"not_before": "2026-11-22T07:00:01Z"}), "thumbprints": [a]},
		"internal, from now on": {"document": changed({"not_before": "2026-11-22T07:00:00Z"}), "thumbprints": []},
		"best": {
			"document": with_certificates([self_signed, object.union(self_signed, {"thumbprint": b, "not_before": "2027-01-01T00:00:00Z"})]),
			"thumbprints": [b],
		},
		"neither": {"document": with_other({"not_before": "2027-01-01T00:00:00Z", "services": ["IIS"]}), "thumbprints": []},
		"best, nothing loaded": {
			"document": object.union(changed({"not_before": "2027-01-01T00:00:00Z"}), not_set),
			"thumbprints": [a],
		},
	}
	[f.thumbprint | some f in only("TC025", case.document)] == case.thumbprints
}

test_not_valid_yet_in_full if {
	found := only("TC025", changed({"not_before": "2027-01-01T00:00:00Z"}))
	[[f.severity, f.message, f.path] | some f in found] == [[
		"warning",
		sprintf("EX01: the internal transport certificate %s is not valid before 2027-01-01T00:00:00Z.", [a]),
		"certificates[0].not_before",
	]]
}
