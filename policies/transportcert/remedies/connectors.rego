package transportcert.remedies

import data.transportcert.document
import data.transportcert.effects
import data.transportcert.inbound_anonymous
import data.transportcert.inbound_starttls
import data.transportcert.selection

# METADATA
# title: Exchange Server authentication
# description: What lets a connector, by its index, authenticate Exchange servers.
exchange_server_auth(i) := array.flatten([
	action(
		sprintf("exchange-server-auth:%s", [subject("connectors", i)]),
		sprintf("Add ExchangeServer to the AuthMechanism of %s", [connector.name]),
		{
			"description": "Guides to hardening ask for Tls alone (DISA V-228375, V-259595, V-259641). Between Exchange servers that removes X-ANONYMOUSTLS.",
			"commands": [concat("", [adding(connector.name, "ExchangeServer"), fqdn_option(connector)])],
			"afterwards": restart,
			"effect": array.concat(
				effects.add_auth_mechanism(i, "ExchangeServer"),
				fqdn_effect(i),
			),
		},
	),
	[further |
		connector.suppress_x_anonymous_tls == true
		not is_2007
		some further in stop_suppressing(i)
	],
	for_own_fqdn(i),
	where_offered,
]) if {
	connector := input.connectors[i]
	can_have_exchange_server(connector)
} else := [gather_host]

# Beside ExchangeServer, a connector cannot keep an FQDN that is not the server's.
can_have_exchange_server(connector) if not names_another_server(connector)

can_have_exchange_server(_) if named_host

# What an id calls a connector: its name, with its index where the name is not its own.
subject(kind, i) := input[kind][i].name if {
	count([other | some other in input[kind]; other.name == input[kind][i].name]) == 1
} else := sprintf("%s[%d]", [input[kind][i].name, i])

adding(connector, mechanism) := sprintf(
	"Set-ReceiveConnector %[1]s -AuthMechanism ((Get-ReceiveConnector %[1]s).AuthMechanism.ToString() + ', %[2]s')",
	[identity(connector), mechanism],
)

# Events about the internal transport certificate need a connector that would offer it.
where_offered := internal_transport_certificate if {
	internal_needed
} else := []

# METADATA
# title: Server names
# description: The names by which the server is known, comparable.
server_names := {name |
	some stated in array.concat([input.server], host_names)
	name := selection.comparable(stated)
	possible(name)
}

# The server's FQDN is known.
named_host if possible(selection.comparable(input.host.physical_dns_fqdn))

own_name := written(input.host.physical_dns_fqdn)

# A name as commands take it: without the dot at the end that DNS allows.
written(name) := trim_suffix(name, ".")

# METADATA
# title: Names another server
# description: A connector's FQDN is none of the server's names.
names_another_server(connector) if {
	connector.fqdn != ""
	not selection.comparable(connector.fqdn) in server_names
}

# A connector that has ExchangeServer, or is to have it, cannot keep the FQDN of another server.
gets_own_fqdn(connector) if nobodys_fqdn(connector)

gets_own_fqdn(connector) if {
	names_another_server(connector)
	inbound_anonymous.authenticates_servers(connector)
}

gets_own_fqdn(connector) if {
	names_another_server(connector)
	lower(connector.name) in setup_names
}

# METADATA
# title: Names of Setup
# description: What Setup calls the connectors for other Exchange servers, in lower case.
setup_names := {lower(sprintf(name, [input.server])) |
	some name in [
		"Default %s",
		"Default Frontend %s",
		"Client Proxy %s",
		"Outbound Proxy Frontend %s",
		"Default internal receive connector %s",
	]
}

nobodys_fqdn(connector) if {
	connector.fqdn != ""
	not possible(selection.comparable(connector.fqdn))
}

future_fqdn(connector) := {"fqdn": own_name} if {
	named_host
	gets_own_fqdn(connector)
} else := {}

fqdn_option(connector) := sprintf(" -Fqdn %s", [quoted(own_name)]) if {
	names_another_server(connector)
} else := ""

fqdn_effect(i) := effects.set_field(sprintf("/connectors/%d/fqdn", [i]), own_name) if {
	names_another_server(input.connectors[i])
} else := []

# A connector that gets the server's FQDN keeps its certificate for STARTTLS by name where there are such names, or needs
# one for the new FQDN.
for_own_fqdn(i) := [] if {
	not names_another_server(input.connectors[i])
} else := [] if {
	not named_host
} else := starttls_with(i, {"fqdn": own_name}) if {
	not keeps_certificate(i)
} else := [set_tls_certificate_name("connectors", i, inbound_starttls.outcome.connectors[i].certificate)]

keeps_certificate(i) if {
	document.procedure == "2016"
	inbound_starttls.outcome.connectors[i].searched_for.by == "fqdn"
	fit(store[inbound_starttls.outcome.connectors[i].certificate])
}

# What a changed connector would need for STARTTLS: a certificate that is valid, and none that lacks SMTP.
starttls_with(i, change) := array.concat(
	[remedy | not has_fit_certificate(result); some remedy in certificate_for(i, result)],
	all_with_smtp(result),
) if {
	connector := object.union(input.connectors[i], change)
	uses_tls(connector)
	result := inbound_starttls.search(inbound_starttls.searched_for(connector))
} else := []

all_with_smtp(result) := [remedy |
	some thumbprint, reasons in result.ineligible
	lacks_only_smtp(reasons)
	selection.valid_now(store[thumbprint])
	some remedy in without_smtp(thumbprint)
]

has_fit_certificate(result) if fit(store[result.certificate])

# METADATA
# title: Own FQDN
# description: Gives a connector with ExchangeServer the server's FQDN, without which Exchange Server authentication fails.
set_own_fqdn(i) := array.concat([own_fqdn(i)], for_own_fqdn(i))

own_fqdn(i) := action(
	sprintf("connector-fqdn:%s", [subject("connectors", i)]),
	sprintf("Set the FQDN of %s to that of the server", [connector.name]),
	{
		"commands": [sprintf("Set-ReceiveConnector %s -Fqdn %s", [identity(connector.name), quoted(own_name)])],
		"effect": effects.set_field(sprintf("/connectors/%d/fqdn", [i]), own_name),
	},
) if {
	named_host
	connector := input.connectors[i]
} else := gather_host

# METADATA
# title: Stop suppressing
# description: Lets a connector, by its index, offer X-ANONYMOUSTLS again.
stop_suppressing(i) := array.flatten([
	action(
		sprintf("suppress-x-anonymous-tls:%s", [subject("connectors", i)]),
		sprintf("Turn off SuppressXAnonymousTls on %s", [connector.name]),
		{
			"description": concat(" ", [
				"If a WAN optimizer needs it, waive TC043 instead, and check that UseDowngradedExchangeServerAuth is set too:",
				sprintf("%s %s | Format-List UseDowngradedExchangeServerAuth.", [transport_cmdlet, quoted(input.server)]),
				"Once no connector suppresses X-ANONYMOUSTLS, turn that off as well.",
			]),
			"commands": [sprintf("Set-ReceiveConnector %s -SuppressXAnonymousTls $false", [identity(connector.name)])],
			"afterwards": restart,
			"effect": effects.set_field(sprintf("/connectors/%d/suppress_x_anonymous_tls", [i]), false),
		},
	),
	where_offered,
]) if {
	connector := input.connectors[i]
}

transport_cmdlet := "Get-TransportServer" if {
	document.advised_procedure == "2010"
} else := "Get-TransportService"

# METADATA
# title: Add Tls
# description: Lets a connector, by its index, offer STARTTLS, with a certificate for it.
add_tls(i) := array.flatten([
	starttls_with(i, object.union({"auth_mechanisms": ["Tls"]}, future_fqdn(connector))),
	name_to_mend(i),
	[own_fqdn(i) | nobodys_fqdn(connector)],
	action(
		sprintf("add-tls:%s", [subject("connectors", i)]),
		sprintf("Add Tls to the AuthMechanism of %s", [connector.name]),
		{
			"commands": [adding(connector.name, "Tls")],
			"afterwards": restart,
			"effect": effects.add_auth_mechanism(i, "Tls"),
		},
	),
]) if {
	connector := input.connectors[i]
}

# A TlsCertificateName that names nothing matters from 2013 on, so it does where the version is not known.
name_to_mend(i) := name_again("connectors", i) if {
	not document.procedure_known
	is_string(input.connectors[i].tls_certificate_name)
	input.connectors[i].tls_certificate_name != ""
	not selection.by_tls_certificate_name[lower(input.connectors[i].tls_certificate_name)]
} else := []

# METADATA
# title: Offer
# description: >-
#   What lets some connector offer X-ANONYMOUSTLS: those that suppress it stop, otherwise a connector of its own for Exchange
#   servers is made. One that somebody disabled stays disabled.
offer := array.flatten([stop_suppressing(i) | some i in suppressing]) if {
	count(suppressing) > 0
} else := array.flatten([
	action(
		"receive-connector",
		"Create a Receive connector for Exchange servers",
		{
			"description": concat(" ", [
				"Before that, look at the connectors that are there: Get-ReceiveConnector | Format-List Identity, Enabled, AuthMechanism.",
				"If the one for Exchange servers is disabled, enable it instead.",
			]),
			"commands": [creating(every_address)],
			"afterwards": restart,
			"effect": created(every_address),
		},
	),
	where_offered,
])

every_address := {
	"name": sprintf("Exchange servers %s", [input.server]),
	"bindings": ["0.0.0.0:25"],
	"remote_ip_ranges": ["0.0.0.0-255.255.255.255"],
}

# The command that makes a Receive connector for Exchange servers, and what it does.
creating(connector) := sprintf(
	"New-ReceiveConnector -Name %s -Server %s -Usage Custom%s -Bindings %s -RemoteIPRanges %s -AuthMechanism ExchangeServer -PermissionGroups ExchangeServers",
	[
		quoted(connector.name), quoted(input.server), role_option,
		concat(",", [quoted(binding) | some binding in connector.bindings]),
		concat(",", [quoted(address) | some address in connector.remote_ip_ranges]),
	],
)

created(connector) := [{
	"op": "add",
	"path": "/connectors/-",
	"value": object.union(connector, {"auth_mechanisms": ["ExchangeServer"]}),
}]

role_option := " -TransportRole FrontendTransport" if {
	has_front_end
} else := ""

suppressing := [i |
	some i, connector in input.connectors
	document.session_can_begin(connector)
	inbound_anonymous.authenticates_servers(connector)
	inbound_anonymous.suppressed(connector)
]

# METADATA
# title: Separate connector
# description: >-
#   A connector of its own for the addresses of Exchange servers that another connector, by its index, takes: Exchange picks
#   the one with the most specific range.
separate_connector(i, addresses) := [gather_facts] if {
	count(object.get(input.connectors[i], "bindings", [])) == 0
} else := [action(
	sprintf("receive-connector:%s", [subject("connectors", i)]),
	sprintf("Create a Receive connector for the Exchange servers whose sessions %s takes", [connector.name]),
	{
		"description": concat(" ", [
			"Guides to hardening ask for AuthMechanism Tls alone (DISA V-228375, V-259595, V-259641); that is right only where no",
			"Exchange server connects. If an address stands in RemoteIPRanges by itself, take it out there first.",
		]),
		"commands": [creating(separate)],
		"afterwards": restart,
		"effect": created(separate),
	},
)] if {
	connector := input.connectors[i]
	separate := {
		"name": sprintf("Exchange servers beside %s", [connector.name]),
		"bindings": connector.bindings,
		"remote_ip_ranges": addresses,
	}
}
