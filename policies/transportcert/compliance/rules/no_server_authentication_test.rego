package transportcert.compliance.rules_test

test_certificates_for_servers[name] if {
	some name, case in {
		"server and client authentication": {"usages": ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"], "ids": []},
		"server authentication": {"usages": ["1.3.6.1.5.5.7.3.1"], "ids": []},
		"any usage": {"usages": ["2.5.29.37.0"], "ids": []},
		"no extension": {"usages": null, "ids": []},
		"client authentication": {"usages": ["1.3.6.1.5.5.7.3.2"], "ids": ["TC037"]},
		"no usage": {"usages": [], "ids": ["TC037"]},
	}
	reported(changed({"extended_key_usages": case.usages})) == case.ids
}

test_a_certificate_that_nothing_uses_may_be_for_anything if {
	other := {"services": [], "extended_key_usages": ["1.3.6.1.5.5.7.3.2"]}
	not "TC037" in reported(with_other(other))
	"TC037" in reported(with_other(object.union(other, {"services": ["IIS"]})))
}

test_not_for_servers_in_full if {
	found := only("TC037", changed({"extended_key_usages": ["1.3.6.1.5.5.7.3.4"]}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"error",
		sprintf("EX01: the internal transport certificate %s is not for server authentication.", [a]),
		"certificates[0].extended_key_usages",
		a,
	]]
}
