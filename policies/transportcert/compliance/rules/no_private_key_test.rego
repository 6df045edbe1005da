package transportcert.compliance.rules_test

test_no_private_key[name] if {
	some name, case in {
		"internal": {"document": changed({"has_private_key": false, "services": ["IIS"]}), "thumbprints": [a]},
		"for SMTP": {"document": with_other({"has_private_key": false}), "thumbprints": [b]},
		"not for SMTP": {"document": with_other({"has_private_key": false, "services": ["IIS"]}), "thumbprints": []},
		"not known": {"document": with_other({"has_private_key": null}), "thumbprints": []},
	}
	[f.thumbprint | some f in only("TC032", case.document)] == case.thumbprints
}
