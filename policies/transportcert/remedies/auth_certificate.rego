package transportcert.remedies

import data.transportcert.effects

# METADATA
# title: Auth certificate
# description: A new certificate for OAuth between servers, and what publishes it.
auth_certificate := [create_auth_certificate, publish_auth_certificate]

create_auth_certificate := action(
	"auth-certificate",
	"Create a new Exchange Server Auth certificate",
	{
		"commands": [
			sprintf(
				"$auth = New-ExchangeCertificate -KeySize %[1]d -PrivateKeyExportable $true -SubjectName %[2]s -FriendlyName %[3]s -DomainName @()%[4]s",
				[key_size, quoted(concat("=", ["cn", auth_name])), quoted(auth_name), on_server],
			),
		],
		"prompt": overwrite("No"),
		"effect": effects.add_certificate(
			object.union(
				effects.new_certificate("auth-certificate", [auth_name]),
				{"dns_names": [], "friendly_name": auth_name},
			),
			["SMTP"],
			false,
		),
	},
)

# A command that is answered with No stands alone.
publish_auth_certificate := action(
	"publish-auth-certificate",
	"Publish the new Exchange Server Auth certificate",
	{
		"description": concat("\n", [
			"Run these commands in the same session as the command that creates the certificate.",
			"If the first one asks whether to continue because the certificate takes effect in less than 48 hours, answer Yes.",
		]),
		"commands": [
			"Set-AuthConfig -NewCertificateThumbprint $auth.Thumbprint -NewCertificateEffectiveDate (Get-Date)",
			"Set-AuthConfig -PublishCertificate",
		],
		"afterwards": array.flatten([
			{"text": "Restart the Microsoft Exchange Service Host on every server.", "command": "Restart-Service MSExchangeServiceHost"},
			{
				"text": "Recycle the application pools of Outlook on the web and the admin center on every server.",
				"command": "Restart-WebAppPool MSExchangeOWAAppPool; Restart-WebAppPool MSExchangeECPAppPool",
			},
			[{"text": "Run the Hybrid Configuration Wizard again.", "command": null} | input.hybrid],
			{"text": "Once everything works, forget the certificate before.", "command": "Set-AuthConfig -ClearPreviousCertificate"},
		]),
	},
)

# METADATA
# title: Is an Auth certificate
# description: >-
#   Whether a certificate is for OAuth between servers. The document does not say which one they use, so it is recognized
#   by the name that Setup gives it.
is_auth_certificate(certificate) if auth_name in certificate.subject_common_names

# The new Auth certificate that replaces one, unless the store has another one that is sound.
new_auth_certificate(replaced) := [] if {
	some certificate in sound
	certificate.thumbprint != replaced
	is_auth_certificate(certificate)
} else := auth_certificate

auth_name := "Microsoft Exchange Server Auth Certificate"
