# METADATA
# scope: package
# title: Plan
# description: What to do about a server, in order, and whether anything has to be done at all.
# related_resources:
#   - description: The plan
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#the-plan
# schemas:
#   - input: schema.input
package transportcert.plan

import data.transportcert.compliance
import data.transportcert.document
import data.transportcert.server

# METADATA
# title: Verdict
# description: MAIL AT RISK, ACTION NEEDED where an error or a warning is not waived, or OK.
verdict := "MAIL AT RISK" if {
	server.decision.mail_at_risk == true
} else := "ACTION NEEDED" if {
	some finding in compliance.unwaived
	finding.severity in {"error", "warning"}
} else := "OK"

# METADATA
# title: Actions
# description: >-
#   What to do, each action once, in the order in which it is to be done: first what has to be known, then certificates, then
#   connectors, then what a person does elsewhere; certificates are removed when others have taken their place, from the end
#   of the store on; last what an organization's own findings ask for.
actions := [object.union(action, {"why": sort(object.keys(why[id]))}) |
	# The ids of the events and rules that each action answers, by the action's id, each an object with them as keys.
	why := object.union_n([{remedy.id: {reason: true}} |
		some finding in compliance.unwaived
		some reason in reasons(finding)
		some remedy in finding.remedies
	])
	remedies := {remedy | some finding in compliance.unwaived; some remedy in finding.remedies}
	ordered := sort([[order(remedy), remedy.id, remedy] | some remedy in remedies])
	some i, [_, id, action] in ordered

	# Those with one id follow one another.
	not ordered[i - 1][1] == id
]

# A finding that reports an event stands for both.
reasons(finding) := {finding.event, finding.rule_id} if {
	finding.event
} else := {finding.rule_id}

# The order of an action: that of its kind, and for removals the index of the certificate, the last first.
order(action) := [rank_of(action), 0 - to_number(split(action.effect[0].path, "/")[2])] if {
	action.effect[0].op == "remove"
} else := [rank_of(action), 0]

# What a CA or a backup has to give can take days, so it comes after the certificates that commands make.
rank_of(action) := 5 if {
	action.manual
	rank(split(action.id, ":")[0]) == 3
} else := rank(split(action.id, ":")[0])

# Kinds that are not named here come after those of rank 5. Where event 1037 asks for the most recent certificate, the internal
# transport certificate is made after the others.
rank(kind) := 4 if {
	kind == "internal-transport-certificate"
	document.advised_procedure != "2016"
} else := object.get(
	{
		"correct-document": 0, "correct-policies": 0, "correct-now": 0,
		"directory-readable": 1, "exchange-version": 1, "gather-facts": 1, "gather-host": 1, "clock": 1,
		"internal-transport-certificate": 2,
		"certificate-for-names": 3, "ca-certificate-for-names": 3, "starttls-certificate": 3, "renew": 3, "enable-smtp": 3,
		"auth-certificate": 3, "federation-certificate": 3, "private-key": 3, "accepted-certificate": 3, "import-certificate": 3, "trust": 3,
		"edge-subscription": 7, "shorter-name": 7,
		"remove-certificate": 8,
		"custom": 9,
	},
	kind, 6,
)
