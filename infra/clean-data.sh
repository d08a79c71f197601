#!/bin/sh
# Removes the data that `narthex dev` keeps in one directory: infra/clean-data.sh DIRECTORY
# It never removes the data of a running Narthex, and never follows a link that Narthex did not make.
set -eu

data=${1:?usage: infra/clean-data.sh DIRECTORY}
[ -d "$data" ] || exit 0
if [ ! -e "$data/narthex.lock" ]; then
    echo "$data holds no data of Narthex (no narthex.lock): left alone" >&2
    exit 1
fi
keeper=$(cat "$data/narthex.lock")
if [ -n "$keeper" ] && kill -0 "$keeper" 2>/dev/null; then
    echo "$data is in use by process $keeper: stop it first" >&2
    exit 1
fi
if [ -L "$data/services" ]; then
    home=$(readlink "$data/services")
    if ! printf '%s\n' "$home" | grep -Eqx '/var/tmp/narthex-[0-9a-f]{16}'; then
        echo "$data/services links to $home, which Narthex did not make: left alone" >&2
        exit 1
    fi
    rm -rf -- "$home"
fi
rm -rf -- "$data"
