package evaluate

// A Scenario is one of the certificate selections that Microsoft published. Its
// value is the scenario's name in the policies.
type Scenario string

const (
	// InboundAnonymous is "Selection of Inbound Anonymous TLS Certificates".
	InboundAnonymous Scenario = "inbound_anonymous"
	// InboundSTARTTLS is "Selection of Inbound STARTTLS Certificates".
	InboundSTARTTLS Scenario = "inbound_starttls"
	// OutboundAnonymous is "Selection of Outbound Anonymous TLS Certificates".
	OutboundAnonymous Scenario = "outbound_anonymous"
)

// Server is the server as a whole: its decision contains those of all
// scenarios.
const Server Scenario = "server"

// Scenarios lists all scenarios in the order of the server's decision.
var Scenarios = []Scenario{InboundAnonymous, InboundSTARTTLS, OutboundAnonymous}

// Rule returns the OPA reference of the rule that decides the scenario.
func (s Scenario) Rule() string { return "data.transportcert." + string(s) + ".decision" }

// Root returns the root of the scenario's package in a bundle's manifest.
func (s Scenario) Root() string { return "transportcert/" + string(s) }
