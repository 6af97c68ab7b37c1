#!/usr/bin/env bash
# Runs every fuzz target of the module for a while: scripts/fuzz.sh 3s
set -euo pipefail
while_for=${1:?how long each, for example 3s}

targets=$(grep -rHoE --include='*_test.go' --exclude-dir=node_modules --exclude-dir=tools '^func Fuzz[A-Za-z0-9_]+' . | sed 's/func //' | sort)
[ -n "$targets" ] || { echo "there is no fuzz target" >&2; exit 1; }

while IFS=: read -r file target; do
	echo "$target for $while_for"
	if ! out=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$while_for" -fuzzminimizetime 1s "./$(dirname "$file")" 2>&1); then
		# The end of the time is now and then reported as a failure (go.dev/issue/75804, mended in Go 1.27). A real one is
		# written down or panics.
		if grep -q 'context deadline exceeded' <<<"$out" && ! grep -qE 'Failing input written|panic:' <<<"$out"; then
			continue
		fi
		echo "$out" >&2
		exit 1
	fi
done <<<"$targets"
