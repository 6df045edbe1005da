package transportcert.selection_test

import data.transportcert.document_test.a
import data.transportcert.document_test.changed
import data.transportcert.selection

domains := ["ex01", "ex01.corp.contoso.test", "node1", "node1.corp.contoso.test"]

test_reasons[name] if {
	some name, case in {
		"none": {"change": {}, "reasons": set()},
		"version": {"change": {"version": 2}, "reasons": {"version_below_3"}},
		"version later than 3": {"change": {"version": 4}, "reasons": set()},
		"no private key": {"change": {"has_private_key": false}, "reasons": {"no_private_key"}},
		"private key unknown": {"change": {"has_private_key": null}, "reasons": {"private_key_unknown"}},
		"no services": {"change": {"services": []}, "reasons": {"smtp_not_enabled"}},
		"other services": {"change": {"services": ["IIS"]}, "reasons": {"smtp_not_enabled"}},
		"services unknown": {"change": {"services": null}, "reasons": {"services_unknown"}},
		"no names": {"change": {"subject_common_names": [], "dns_names": []}, "reasons": {"name_mismatch"}},
		"other names": {
			"change": {"subject_common_names": ["EX02"], "dns_names": ["ex02.corp.contoso.test"]},
			"reasons": {"name_mismatch"},
		},
		"common name alone": {"change": {"dns_names": []}, "reasons": set()},
		"second common name": {"change": {"subject_common_names": ["x", "EX01"], "dns_names": []}, "reasons": set()},
		"DNS name alone": {"change": {"subject_common_names": []}, "reasons": set()},
		"case and one trailing dot": {
			"change": {"subject_common_names": [], "dns_names": ["EX01.Corp.Contoso.Test."]},
			"reasons": set(),
		},
		"two trailing dots": {
			"change": {"subject_common_names": [], "dns_names": ["ex01.."]},
			"reasons": {"name_mismatch"},
		},
		"wildcard": {
			"change": {"subject_common_names": [], "dns_names": ["*.corp.contoso.test"]},
			"reasons": {"name_mismatch"},
		},
		"empty name": {"change": {"subject_common_names": [""], "dns_names": ["."]}, "reasons": {"name_mismatch"}},
		"everything known": {
			"change": {"version": 1, "has_private_key": false, "services": [], "subject_common_names": [], "dns_names": []},
			"reasons": {"name_mismatch", "no_private_key", "smtp_not_enabled", "version_below_3"},
		},
		"everything unknown": {
			"change": {"has_private_key": null, "services": null},
			"reasons": {"private_key_unknown", "services_unknown"},
		},
	}
	object.get(selection.ineligible(domains), a, []) == sort(case.reasons) with input as changed(case.change)
}
