#!/usr/bin/env bash
# Runs a command where there is no network but this machine's own, with a browser: `make test-browser`.
set -euo pipefail
missing=()
for package in chromium fonts-dejavu-core iproute2; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
if ((${#missing[@]})); then
    if [ "$(id -u)" != 0 ]; then
        echo "the tests in the browser need: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
fi
apart=(unshare --map-root-user --net)
if ! "${apart[@]}" ip link set lo up; then
    echo "no network can be taken away here: only what the browser asks for is checked" >&2
    NETWORK=shared exec "$@"
fi
exec "${apart[@]}" sh -c 'ip link set lo up && exec "$@"' sh "$@"
