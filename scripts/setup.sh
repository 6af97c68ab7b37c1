#!/usr/bin/env bash
# Makes sure of what the tests need beside Go: a C compiler, for the race detector, PostgreSQL's server programs, Node.js 20 or newer
# with npm, and Chromium. On Debian and Ubuntu it installs what is missing if it may; elsewhere it says in one line what to install.
set -euo pipefail

has_compiler() {
	local cc
	cc=$(go env CC)
	command -v "${cc%% *}" >/dev/null && printf '#include <stdlib.h>\nint main(void){return 0;}\n' | $cc -x c -fsyntax-only - 2>/dev/null
}

# The same places as in internal/store/postgres/pgtest.
has_postgres() {
	[ -n "${CALLOUT_TEST_POSTGRES:-}" ] && return
	command -v initdb >/dev/null && return
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
	compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null && return
	compgen -G '/opt/homebrew/opt/postgresql@*/bin/initdb' >/dev/null && return
	compgen -G '/usr/local/opt/postgresql@*/bin/initdb' >/dev/null
}

has_node() {
	command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null
}

# The same names as in web/test/support/browser.js.
has_chromium() {
	[ -n "${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null
}

missing=()
has_compiler || missing+=(gcc libc6-dev)
has_postgres || missing+=(postgresql)
has_node || missing+=(nodejs npm)
has_chromium || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
	sudo=(sudo -n)
fi
if [ -f /etc/debian_version ] && command -v apt-get >/dev/null && "${sudo[@]}" true 2>/dev/null; then
	echo "Installing ${missing[*]} for the tests"
	apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
	"${apt[@]}" update </dev/null
	for package in "${missing[@]}"; do # one by one: where there is no such package, the others are still of use
		"${apt[@]}" install -y --no-install-recommends "$package" </dev/null >/dev/null || true
	done
	if has_compiler && has_postgres && has_node && has_chromium; then exit 0; fi
fi
echo "The tests need a C compiler, PostgreSQL, Node.js 20 or newer with npm, and Chromium or Chrome (Debian 13: apt-get install gcc libc6-dev postgresql nodejs npm chromium; Fedora: dnf install gcc postgresql-server nodejs npm chromium; macOS: xcode-select --install, brew install postgresql@17 node, and CHROMIUM=/path/to/Chrome; elsewhere Node.js is at https://nodejs.org)." >&2
exit 1
