# METADATA
# scope: package
# title: Document
# description: What all scenarios read from the input document, and what is expected of its fields.
# related_resources:
#   - description: The input document
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#input-document
# schemas:
#   - input: schema.input
package transportcert.document

# METADATA
# title: Now
# description: >-
#   The time for which to decide: the document's, or otherwise the clock's. Times compare as strings, so that the year
#   9999 is handled like any other.
# scope: document
# custom:
#   reading: 12
now := input.now if {
	input.now
} else := time.format([time.now_ns(), "UTC", "2006-01-02T15:04:05Z07:00"])

# METADATA
# title: Days from now
# description: >-
#   The time a number of days from now. Only now is converted to nanoseconds, which end in 2262; other dates compare as
#   strings.
days_from_now(days) := time.format([
	time.add_date(time.parse_rfc3339_ns(now), 0, 0, days),
	"UTC",
	"2006-01-02T15:04:05Z07:00",
])

# METADATA
# title: Phase
# description: startup if the document says so, otherwise session.
# scope: document
default phase := "session"

phase := "startup" if input.phase == "startup"

# METADATA
# title: Server
# description: The server's name; null if a document with errors has none.
# scope: document
default server := null

server := input.server if is_string(input.server)

# METADATA
# title: Store
# description: The certificates in the store, by thumbprint.
store := {certificate.thumbprint: certificate | some certificate in input.certificates}

# METADATA
# title: Procedure
# description: >-
#   Which published text applies: the one that the document names, or otherwise the one for the server's version. 2007 if
#   the version is not known.
procedure := input.procedure if {
	is_string(input.procedure)
} else := "2016" if {
	major_version >= 15
} else := "2010" if {
	major_version == 14
} else := "2007"

major_version := to_number(split(input.exchange_version, ".")[0])

# METADATA
# title: Advised procedure
# description: The procedure that advice follows. 2016 if neither version nor procedure is known.
advised_procedure := procedure if {
	procedure_known
} else := "2016"

# METADATA
# title: Procedure known
# description: Whether the document has the procedure, or the version that determines it.
# scope: document
procedure_known if input.procedure

procedure_known if input.exchange_version

# METADATA
# title: Session can begin
# description: Whether a connector accepts sessions. Only a disabled connector does not.
# custom:
#   step: 1
#   reading: 4
session_can_begin(connector) if not connector.enabled == false
