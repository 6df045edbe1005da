#!/bin/sh
# Installs the Debian packages that the labs require, if they are missing.
set -eu
packages="samba samba-ad-dc samba-ad-provision samba-dsdb-modules winbind krb5-user slapd iproute2
	wine64 binutils-mingw-w64-x86-64
	docker-registry nginx openssl
	prometheus postfix chromium
	curl unzip rpm2cpio cpio"
missing=
for package in $packages; do
	if ! dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
		missing="$missing $package"
	fi
done
if [ -n "$missing" ]; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# The lab has its own configuration.
	echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
	# shellcheck disable=SC2086 # a list
	apt-get install -y -qq --no-install-recommends $missing
fi
