package transportcert.compliance.rules_test

import data.transportcert.compliance.rules

test_bounds[range] if {
	some range, bounds in {
		"10.0.0.11": ["0a00000b", "0a00000b"],
		"10.0.0.11/32": ["0a00000b", "0a00000b"],
		"10.0.0.0/24": ["0a000000", "0a0000ff"],
		"10.0.0.77/25": ["0a000000", "0a00007f"],
		"10.0.0.8/30": ["0a000008", "0a00000b"],
		"10.0.0.8/31": ["0a000008", "0a000009"],
		"0.0.0.0/0": ["00000000", "ffffffff"],
		"10.0.0.1-10.0.0.9": ["0a000001", "0a000009"],
		"10.0.0.1 - 10.0.0.9": ["0a000001", "0a000009"],
		"10.0.0.0(255.255.254.0)": ["0a000000", "0a0001ff"],
		"10.0.0.11(255.255.255.255)": ["0a00000b", "0a00000b"],
		"fd00::11": ["fd000000000000000000000000000011", "fd000000000000000000000000000011"],
		"1:2:3:4:5:6:7:8": ["00010002000300040005000600070008", "00010002000300040005000600070008"],
		"FD00::/7": ["fc000000000000000000000000000000", "fdffffffffffffffffffffffffffffff"],
		"2001:db8::/33": ["20010db8000000000000000000000000", "20010db87fffffffffffffffffffffff"],
		"::/0": ["00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff"],
		"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": [
			"00000000000000000000000000000000",
			"ffffffffffffffffffffffffffffffff",
		],
		"::ffff:10.0.0.11": ["0a00000b", "0a00000b"],
	}
	rules.bounds_of(range) == bounds
}

test_no_bounds[range] if {
	some range in [
		"",
		"ex01.contoso.test",
		"10.0.0.256",
		"10.0.0",
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.9-10.0.0.1",
		"10.0.0.1-fd00::1",
		"10.0.0.1-10.0.0.2-10.0.0.3",
		"10.0.0.0(255.0.255.0)",
		"10.0.0.0(255.255)",
		"::1::",
	]
	not rules.bounds_of(range)
}

test_in_range[address] if {
	some address, inside in {
		"10.0.0.15": false,
		"10.0.0.16": true,
		"10.0.0.31": true,
		"10.0.0.32": false,
		"::ffff:10.0.0.16": true,
		"fd00::10": false,
	}
	is_in(address, "10.0.0.16/28") == inside
}

test_in_range_of_version_6[address] if {
	some address, inside in {
		"2001:db8::ffff": false,
		"2001:db8::1:0": true,
		"2001:DB8:0:0:0:0:1:ffff": true,
		"2001:db8::2:0": false,
		"32.1.13.184": false,
	}
	is_in(address, "2001:db8::1:0/112") == inside
}

is_in(address, range) if {
	rules.in_range(address, rules.bounds_of(range))
} else := false
