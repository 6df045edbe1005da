#!/bin/sh
# run.sh COMMAND [ARGUMENT…]: runs a command with a wine that Go programs for
# Windows work in. The command finds wine64 on its PATH and the prefix in
# WINEPREFIX. Its exit code is the script's.
#
# The prefix is made once and reused: the folder $TRANSPORTCERT_LAB_WINE, or one
# in the user's cache. It needs the packages of labs/install.sh.
set -eu

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT…]" >&2; exit 2; }

PATH=/usr/lib/wine:$PATH
export PATH
for tool in wine64 wineserver x86_64-w64-mingw32-dlltool x86_64-w64-mingw32-ld; do
	command -v $tool >/dev/null || { echo "$0: $tool is missing: run labs/install.sh" >&2; exit 2; }
done

export WINEPREFIX="${TRANSPORTCERT_LAB_WINE:-${XDG_CACHE_HOME:-$HOME/.cache}/transportcert/wine}"
export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=' LC_ALL=C.UTF-8
unset DISPLAY WAYLAND_DISPLAY || true
mkdir -p "$WINEPREFIX"

# One run at a time: they share the prefix, and the first to end stops its server.
exec 9>"$WINEPREFIX.lock"
flock 9

if [ ! -e "$WINEPREFIX/made" ]; then
	echo "$0: making the wine prefix $WINEPREFIX" >&2
	wine64 wineboot -i >"$WINEPREFIX.log" 2>&1 9>&- || { cat "$WINEPREFIX.log" >&2; exit 2; }
	wineserver -w
	# Go's runtime asks for bcryptprimitives.ProcessPrng, which wine before 9
	# lacks: a DLL without code forwards it to the same function's older name.
	build=$(mktemp -d)
	printf 'LIBRARY bcryptprimitives.dll\nEXPORTS\n  ProcessPrng = advapi32.SystemFunction036\n' >"$build/bp.def"
	x86_64-w64-mingw32-dlltool -m i386:x86-64 -d "$build/bp.def" -e "$build/bp.o"
	x86_64-w64-mingw32-ld -m i386pep --dll -e 0 -s -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$build/bp.o"
	rm -r "$build"
	touch "$WINEPREFIX/made"
fi

# The server stays up during the command: the security descriptors of keys
# live in it. It must not inherit the lock, which it would hold.
wineserver -p 9>&-
trap 'wineserver -k || true; wineserver -w' EXIT
trap 'exit 130' INT TERM
# What earlier commands left goes: wine deletes no certificate for good, and no
# folder that is not empty.
find "$WINEPREFIX/drive_c/users" -path '*/Temp/*' -delete
for store in MY CA Root; do
	wine64 reg delete "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\$store" /f >/dev/null 2>&1 9>&- || true
done
wine64 reg add 'HKLM\SOFTWARE\Microsoft\SystemCertificates\MY' /f >/dev/null 9>&-
status=0
"$@" 9>&- || status=$?
exit $status
