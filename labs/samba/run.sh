#!/bin/bash
# Runs a command together with a directory lab, which is created for the command
# and removed afterwards:
#
#   labs/samba/run.sh go test -tags integration ./gather/directory/...
#
# The command and the lab run in their own network namespace with only a
# loopback interface, so that the ports of a domain controller are always free.
# The TRANSPORTCERT_LAB_ variables, listed in README.md, tell the command where
# everything is. The exit code is that of the command. It requires root and the
# packages of labs/install.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

outside() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "$0: a network of its own needs root" >&2
		exit 2
	fi
	for tool in samba samba-tool slapd slapadd kinit ip unshare; do
		if ! command -v "$tool" >/dev/null; then
			echo "$0: $tool is missing: run labs/install.sh" >&2
			exit 2
		fi
	done
	lab=$(mktemp -d)
	trap 'rm -rf "$lab"' EXIT
	(
		cd "$here/../.."
		# The namespace has no network to download modules from.
		go list -e -deps -test -tags integration ./... >/dev/null
		mkdir "$lab/seed"
		go run ./labs/samba/seed -o "$lab/seed"
	)
	unshare --net --mount "$0" --inside "$lab" "$@"
}

inside() {
	lab=$1
	shift
	ip link set lo up
	printf '127.0.0.1 %s\n' localhost dc1.corp.contoso.test other.corp.contoso.test >"$lab/hosts"
	mount --bind "$lab/hosts" /etc/hosts

	pids=()
	trap 'stop' EXIT
	trap 'exit 130' INT TERM
	configure
	quietly /usr/bin/python3 "$here/provision.py" "$lab"
	for account in reader blind; do
		quietly samba-tool domain exportkeytab "$lab/$account.keytab" --principal="$account" --configfile="$lab/smb.conf"
	done
	for name in edge limited; do
		quietly slapadd -q -f "$lab/$name.conf" -l "$lab/$name.ldif"
	done
	start slapd -f "$lab/edge.conf" -h ldap://127.0.0.1:50389 -d 0
	start slapd -f "$lab/limited.conf" -h ldaps://127.0.0.1:50636 -d 0
	start samba -F --no-process-group -M single -s "$lab/smb.conf"
	for port in 50389 50636 389 636 88; do
		await "$port"
	done

	quietly env KRB5_CONFIG="$lab/krb5.conf" kinit -c "FILE:$lab/reader.ccache" -k -t "$lab/reader.keytab" reader@CORP.CONTOSO.TEST

	export TRANSPORTCERT_LAB_DIR=$lab
	export TRANSPORTCERT_LAB_URL=ldaps://dc1.corp.contoso.test
	export TRANSPORTCERT_LAB_CA=$lab/seed/ca.pem
	export TRANSPORTCERT_LAB_PLAN=$lab/seed/plan.json
	export TRANSPORTCERT_LAB_STORE=$lab/seed/store
	export TRANSPORTCERT_LAB_ROOTS=$lab/seed/roots.pem
	export TRANSPORTCERT_LAB_KRB5_CONFIG=$lab/krb5.conf
	export TRANSPORTCERT_LAB_READER=reader@CORP.CONTOSO.TEST
	export TRANSPORTCERT_LAB_READER_PASSWORD=$lab/passwords/reader
	export TRANSPORTCERT_LAB_READER_KEYTAB=$lab/reader.keytab
	export TRANSPORTCERT_LAB_READER_CCACHE=$lab/reader.ccache
	export TRANSPORTCERT_LAB_BLIND=blind@CORP.CONTOSO.TEST
	export TRANSPORTCERT_LAB_BLIND_PASSWORD=$lab/passwords/blind
	export TRANSPORTCERT_LAB_EDGE_URL=ldap://127.0.0.1:50389
	export TRANSPORTCERT_LAB_LIMITED_URL=ldaps://dc1.corp.contoso.test:50636
	export TRANSPORTCERT_LAB_WATCHER='CN=watcher,CN=Configuration,CN={LIMITED}'
	export TRANSPORTCERT_LAB_WATCHER_PASSWORD=$lab/passwords/watcher
	echo "directory lab ready after ${SECONDS}s" >&2
	"$@"
}

configure() {
	mkdir "$lab/passwords" "$lab/edge" "$lab/limited"
	for account in administrator reader blind watcher; do
		# The prefix satisfies the password policy of a domain.
		printf 'Aa1-%s\n' "$(od -An -N12 -tx1 /dev/urandom | tr -d ' ')" >"$lab/passwords/$account"
	done
	printf 's|@%s@|%s|g\n' LAB "$lab" HERE "$here" WATCHER "$(<"$lab/passwords/watcher")" >"$lab/values.sed"
	for file in smb.conf krb5.conf edge.conf edge.ldif limited.conf limited.ldif; do
		sed -f "$lab/values.sed" "$here/$file" >"$lab/$file"
	done
}

# quietly runs a step and shows its output only if it fails.
quietly() {
	"$@" >>"$lab/log" 2>&1 || {
		echo "directory lab: $1 failed:" >&2
		tail -n 30 "$lab/log" >&2
		exit 1
	}
}

start() {
	"$@" >>"$lab/$1.log" 2>&1 &
	pids+=($!)
}

await() {
	for ((i = 0; i < 300; i++)); do
		if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
			return
		fi
		sleep 0.1
	done
	echo "directory lab: nothing listens on port $1" >&2
	tail -n 30 "$lab"/*.log >&2
	exit 1
}

stop() {
	code=$?
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	for pid in "${pids[@]}"; do
		wait "$pid" 2>/dev/null || true
	done
	exit "$code"
}

case "${1:-}" in
"")
	echo "usage: labs/samba/run.sh COMMAND [ARGUMENT...]" >&2
	exit 2
	;;
--inside) inside "${@:2}" ;;
*) outside "$@" ;;
esac
