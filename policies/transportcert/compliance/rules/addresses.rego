# Helpers of the rules about IP addresses. Addresses are compared as hex digits, 8 for IPv4 and 32 for IPv6, because
# 128-bit numbers would lose digits. A range is a pair of its first and last address.
package transportcert.compliance.rules

# Whether an address is in a range of the same family.
in_range(address, bounds) if {
	digits := digits_of(address)
	count(digits) == count(bounds[0])
	bounds[0] <= digits
	digits <= bounds[1]
}

# The first and the last address of an entry of RemoteIPRanges: 10.0.0.11, 10.0.0.1-10.0.0.9, 10.0.0.0/24 or
# 10.0.0.0(255.255.255.0). Undefined for anything else.
bounds_of(range) := bounds_of_pair(split(range, "-")) if {
	contains(range, "-")
} else := bounds_of_network(range) if {
	contains(range, "/")
} else := bounds_of_network(sprintf("%s/%d", [address, mask_length(mask)])) if {
	[[_, address, mask]] := regex.find_all_string_submatch_n(`^([^()]+)\(([0-9.]+)\)$`, range, -1)
} else := bounds_of_pair([range, range])

bounds_of_pair(addresses) := bounds if {
	bounds := [digits_of(trim_space(address)) | some address in addresses]
	count(bounds) == 2
	count(bounds[0]) == count(bounds[1])
	bounds[0] <= bounds[1]
}

bounds_of_network(network) := [first, last_digits(first, to_number(length))] if {
	net.cidr_is_valid(network)

	# Merging a network with nothing clears the bits after its prefix.
	some merged in net.cidr_merge([network])
	[address, length] := split(merged, "/")
	first := digits_of(address)
}

# The last address of a network: the bits after its prefix are ones.
last_digits(first, length) := concat("", [substring(first, 0, whole), partial, substring(ones, 0, rest)]) if {
	whole := floor(length / 4)
	partial := with_ones(substring(first, whole, 1), length % 4)
	rest := (count(first) - whole) - count(partial)
	ones := "ffffffffffffffffffffffffffffffff"
}

# A hex digit whose first bits are kept and whose other bits, which are zeros, become ones. Empty after the last digit.
with_ones(digit, kept) := sprintf("%x", [indexof("0123456789abcdef", digit) + [15, 7, 3, 1][kept]]) if {
	digit != ""
} else := ""

# The prefix length of a mask: 24 for 255.255.255.0.
mask_length(mask) := count(regex.find_n(`1`, binary, -1)) if {
	octets := [to_number(octet) | some octet in split(mask, ".")]
	binary := sprintf("%08b%08b%08b%08b", octets)
	regex.match(`^1*0*$`, binary)
}

# The hex digits of an address; undefined for anything else.
digits_of(address) := digits if {
	network := sprintf("%s/%d", [address, length_of(address)])
	net.cidr_is_valid(network)

	# Merged with nothing, an address comes in the form in which Go prints it.
	some merged in net.cidr_merge([network])
	digits := printed_digits(split(merged, "/")[0])
}

length_of(address) := 128 if {
	contains(address, ":")
} else := 32

printed_digits(address) := concat("", [sprintf("%02x", [to_number(octet)]) | some octet in split(address, ".")]) if {
	contains(address, ".")
} else := concat("", [padded(group) | some group in groups(address)])

padded(group) := substring(concat("", ["0000", group]), count(group), 4)

# The eight groups of an IPv6 address, including those that :: omits.
groups(address) := array.flatten([before, zeros, after]) if {
	halves := split(address, "::")
	before := [group | some group in split(halves[0], ":"); group != ""]
	after := [group | some group in split(halves[1], ":"); group != ""]
	zeros := array.slice(["0", "0", "0", "0", "0", "0", "0", "0"], 0, (8 - count(before)) - count(after))
}
