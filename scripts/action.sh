#!/usr/bin/env bash
# The GitHub action: downloads a release, verifies its checksum, and runs the check. It runs on Linux, macOS and
# Windows, so it keeps to bash 3.2. Its inputs are in the environment; see action.yml.
set -euo pipefail
releases=${TRANSPORTCERT_RELEASES:-https://github.com/transportcert/transportcert/releases}

fail() { echo "::error title=transportcert::$1"; exit 2; }

case "$(uname -s)" in
Linux) system=linux archive=tar.gz program=transportcert ;;
Darwin) system=darwin archive=tar.gz program=transportcert ;;
MINGW* | MSYS* | CYGWIN*) system=windows archive=zip program=transportcert.exe ;;
*) fail "There is no release for this operating system." ;;
esac
case "$(uname -m)" in
x86_64 | amd64) machine=amd64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "There is no release for this processor." ;;
esac
case "$TRANSPORTCERT_SARIF" in
'' | *$'\n'*) fail "The input sarif must be the name of a file." ;;
esac

get() { curl --fail --silent --show-error --location --proto '=https' --retry 3 "$@"; }

version=${TRANSPORTCERT_VERSION#v}
if [ -z "$version" ] && [[ "${TRANSPORTCERT_REF:-}" =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then
	version=${TRANSPORTCERT_REF#v}
fi
if [ -z "$version" ]; then
	latest=$(get --head --output /dev/null --write-out '%{url_effective}' "$releases/latest") || fail "The latest release could not be found."
	version=${latest##*/v}
fi
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*$ ]] || fail "The input version must be a version such as 1.2.3."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
name=transportcert_${version}_${system}_${machine}
for file in "$name.$archive" checksums.txt; do
	get --output "$folder/$file" "$releases/download/v$version/$file" || fail "Release $version could not be downloaded."
done
cd "$folder"
awk -v file="$name.$archive" '$2 == file' checksums.txt >checksum.txt
if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
if [ ! -s checksum.txt ] || ! "${sum[@]}" -c checksum.txt >/dev/null 2>&1; then
	fail "$name.$archive does not have the checksum of release $version."
fi
if [ "$archive" = zip ]; then unzip -q "$name.zip"; else tar -xzf "$name.tar.gz"; fi
cd "$OLDPWD"

echo "sarif=$TRANSPORTCERT_SARIF" >>"$GITHUB_OUTPUT"
arguments=()
while IFS= read -r line; do
	line=${line%$'\r'}
	[ -z "$line" ] || arguments+=("$line")
done <<<"$TRANSPORTCERT_ARGUMENTS"
[ ${#arguments[@]} -gt 0 ] || fail "The input arguments must say what to check."
"$folder/$name/$program" check --fail-on "$TRANSPORTCERT_FAIL_ON" -o github -o "sarif=$TRANSPORTCERT_SARIF" "${arguments[@]}"
