#!/usr/bin/env bash
# tools.sh: installs the release tools, and prints their folder. They are not dependencies of the project, so
# they are not in go.mod. They stay in $TRANSPORTCERT_TOOLS or the user's cache between runs.
set -euo pipefail
tools=${TRANSPORTCERT_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/transportcert/tools}
mkdir -p "$tools"

# install MODULE VERSION [PACKAGE]
install() {
	local package=${3:-$1} program
	program=$tools/$(basename "${package%/v[0-9]*}")
	if [ "$(go version -m "$program" 2>/dev/null | awk '$1 == "mod" {print $2 "@" $3}')" != "$1@$2" ]; then
		echo "$0: installing $package@$2" >&2
		(cd / && GOFLAGS='' CGO_ENABLED=0 GOBIN=$tools nice -n 10 go install "$package@$2")
	fi
}
install github.com/goreleaser/goreleaser/v2 v2.16.0
install github.com/CycloneDX/cyclonedx-gomod v1.10.0 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
install github.com/google/go-licenses v1.6.0
echo "$tools"
