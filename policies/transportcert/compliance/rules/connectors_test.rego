package transportcert.compliance.rules_test

without := {"auth_mechanisms": ["BasicAuth"]}

relay := object.union(without, {"name": "Relay"})
