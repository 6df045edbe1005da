#!/usr/bin/env bash
# files.sh EPOCH: creates in the folder release what each archive and package contains in addition to the program: manual
# pages with the date EPOCH, completions, and the licenses of all linked modules.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=release
rm -rf "$out"
mkdir -p "$out/man" "$out/completions" "$out/licenses"

program=$(mktemp -d)/transportcert
trap 'rm -rf "$(dirname "$program")"' EXIT
CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$program" ./cmd/transportcert
SOURCE_DATE_EPOCH=$1 "$program" man "$out/man"
gzip -n "$out"/man/*
for shell in bash zsh fish powershell; do
	"$program" completion "$shell" >"$out/completions/transportcert.$shell"
done

# Each operating system links some modules that the others do not.
for system in linux darwin windows; do
	GOOS=$system CGO_ENABLED=0 GOFLAGS='' go-licenses save ./cmd/transportcert --save_path "$out/$system" \
		--ignore github.com/transportcert/transportcert 2>"$out/log" || { cat "$out/log" >&2; exit 1; }
	cp -R "$out/$system/." "$out/licenses"
	rm -rf "${out:?}/$system" "$out/log"
done
mkdir "$out/licenses/go"
cp "$(go env GOROOT)/LICENSE" "$out/licenses/go"
