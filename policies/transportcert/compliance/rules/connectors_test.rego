package transportcert.compliance.rules_test

without := {"auth_mechanisms": ["Tls", "BasicAuth"]}

relay := object.union(without, {"name": "Relay"})
