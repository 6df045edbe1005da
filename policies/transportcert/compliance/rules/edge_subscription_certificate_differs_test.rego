package transportcert.compliance.rules_test

subscribed(subscriptions) := object.union(document, {"edge_subscriptions": subscriptions})

test_edge_subscriptions[name] if {
	some name, case in {
		"of this certificate": {"document": subscribed([{"name": "EX01", "thumbprint": a}]), "ids": []},
		"of another": {"document": subscribed([{"name": "EX01", "thumbprint": b}]), "ids": ["TC048"]},
		"by FQDN, in other letters": {"document": subscribed([{"name": "EX01.Corp.Contoso.test", "thumbprint": b}]), "ids": ["TC048"]},
		"of another server": {"document": subscribed([{"name": "EDGE01", "thumbprint": b}]), "ids": []},
		"unknown": {"document": subscribed([{"name": "EX01", "thumbprint": null}]), "ids": []},
		"absent": {"document": subscribed([{"name": "EX01"}]), "ids": []},
		"none": {"document": subscribed([]), "ids": []},
		"two": {"document": subscribed([{"name": "EX01", "thumbprint": b}, {"name": "EX01", "thumbprint": c}]), "ids": ["TC048", "TC048"]},
	}
	reported(case.document) == case.ids
}

test_a_directory_that_names_nothing_has_no_other_certificate[name] if {
	some name, directory in {"unreadable": unreadable, "not set": not_set}
	not "TC048" in reported(object.union(subscribed([{"name": "EX01", "thumbprint": b}]), directory))
}

test_an_edge_subscription_in_full if {
	found := only("TC048", subscribed([{"name": "EDGE01"}, {"name": "EX01", "thumbprint": b}]))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"error",
		sprintf("EX01: the Edge subscription EX01 has the certificate %s, but the internal transport certificate is %s.", [b, a]),
		"edge_subscriptions[1].thumbprint",
		b,
	]]
	contains(found[0].remediation, "\nNew-EdgeSubscription -FileName 'C:\\EdgeSubscription.xml'\n")
}
