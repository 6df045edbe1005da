package transportcert.compliance.rules

# METADATA
# title: A remote IP range cannot be parsed
# description: >-
#   An entry of a connector's RemoteIPRanges is not an address, a network in CIDR notation or with a mask, or a range
#   from a lower to a higher address. The rules cannot tell whether it contains the address of an Exchange server.
# related_resources:
#   - description: Set-ReceiveConnector, RemoteIPRanges
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC055
#   severity: info
#   remediation: Correct the entry in the document, or gather the connectors again.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has the remote IP range %s, which cannot be parsed", [connector.name, range]),
	"path": sprintf("connectors[%d].remote_ip_ranges[%d]", [i, j]),
	"connector": connector.name,
}) if {
	count(input.exchange_server_addresses) > 0
	some i, connector in input.connectors
	some j, range in connector.remote_ip_ranges
	not bounds_of(range)
}
