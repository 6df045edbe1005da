#!/bin/sh
# test.sh PACKAGE…: runs the tests of the packages, built for Windows, under wine.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 PACKAGE…" >&2; exit 2; }
# The packages share the prefix: one after the other (-p 1).
exec "$(dirname "$0")/run.sh" env GOOS=windows GOARCH=amd64 CGO_ENABLED=0 \
	go test -count=1 -p 1 -timeout 3m -exec wine64 "$@"
