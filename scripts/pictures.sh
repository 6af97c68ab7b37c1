#!/usr/bin/env bash
# Takes the pictures of the README from the pages as they are now.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/callout" ./cmd/callout
cp -r web "$dir/web"
(cd "$dir/web" && npm ci --no-audit --no-fund --ignore-scripts >/dev/null && mkdir "$dir/pictures" && CALLOUT=$dir/callout node test/pictures.js "$dir/pictures")
mkdir -p docs/pictures
cp "$dir"/pictures/*.png docs/pictures/
