package transportcert.compliance.rules_test

import data.transportcert.compliance

test_the_directory_cannot_be_read if {
	found := compliance.findings with input as object.union(document, unreadable)
	[[f.rule_id, f.severity, f.message, f.path] | some f in found] == [[
		"TC010",
		"error",
		"EX01: the server's object in the directory cannot be read (timeout).",
		"directory.readable",
	]]
}
