#!/bin/sh
# Builds the program and the page, and opens them in Chromium. With SCREENSHOTS=FOLDER, it saves screenshots there.
set -eu
cd "$(dirname "$0")"
npm ci --silent
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go build -o "$folder/transportcert" ../../cmd/transportcert
make -s -C ../.. web
TRANSPORTCERT="$folder/transportcert" node --test --test-reporter=spec
