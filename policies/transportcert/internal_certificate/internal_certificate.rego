# METADATA
# scope: package
# title: Internal transport certificate
# description: >-
#   Which certificate the server loads for inbound and outbound anonymous TLS, or why it loads none: steps 3 to 5.
# related_resources:
#   - description: Step 3
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-3
# schemas:
#   - input: schema.input
package transportcert.internal_certificate

import data.transportcert.document

# METADATA
# title: Directory thumbprint
# description: The thumbprint that the directory names; undefined if the directory cannot be read or names none.
# custom:
#   step: 3
directory_thumbprint := input.directory.internal_transport_certificate if {
	input.directory.readable
	is_string(input.directory.internal_transport_certificate)
}

# METADATA
# title: Loaded
# description: >-
#   The certificate in the store that the directory names, which the server loads; undefined if there is none.
# custom:
#   step: 4
loaded := document.store[directory_thumbprint]

# METADATA
# title: Thumbprint
# description: The thumbprint of the loaded certificate; null if none is loaded.
# scope: document
# custom:
#   step: 4
default thumbprint := null

thumbprint := loaded.thumbprint

# METADATA
# title: Expired
# description: Whether the loaded certificate's not_after is before now; null if none is loaded.
# scope: document
# custom:
#   step: 5
#   reading: 10
default expired := null

expired := loaded.not_after < document.now

# METADATA
# title: Stopped at
# description: Why the server loads no certificate; null if it loads one.
# custom:
#   step: 3
stopped_at := "directory_unreadable" if {
	not input.directory.readable
} else := "directory_null" if {
	not directory_thumbprint
} else := "certificate_not_found" if {
	not loaded
} else := null
