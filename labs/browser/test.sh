#!/bin/sh
# Builds the program, and opens what it writes in Chromium. With SCREENSHOTS=FOLDER pictures are left there.
set -eu
cd "$(dirname "$0")"
npm ci --silent
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go build -o "$folder/transportcert" ../../cmd/transportcert
TRANSPORTCERT="$folder/transportcert" node --test --test-reporter=spec
