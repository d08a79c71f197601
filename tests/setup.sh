#!/usr/bin/env bash
# Runs infra/setup.sh as other systems would: a copy of it, in a directory of its own, with stand-ins for the package
# managers that note what they are told and put the programs of a package in place. It installs nothing on this machine.
# The last line is `N passed, N failed`.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
passed=0
failed=0

# What the copy may find beside the stand-ins.
PLAIN=(awk bash cat chmod cp cut dirname env grep head mkdir mv printf rm sed sh tee touch tr)

# machine NAME UID MANAGER…: an empty machine in $box with these package managers, for this user.
machine() {
    name=$1
    box=$(mktemp -d)
    mkdir -p "$box/bin" "$box/home" "$box/checkout/infra"
    # The places outside PATH that setup looks at are this machine's: elsewhere they are empty.
    sed -e "s#/usr/lib/postgresql/#$box/none/#; s#/usr/pgsql-#$box/none-#; s#/opt/homebrew/#$box/brew/#" \
        -e "s#/usr/local/opt/#$box/none/#; s#/home/linuxbrew/#$box/none/#; s#/Applications/#$box/none/#" \
        -e "s#^POLICY=.*#POLICY=$box/policy-rc.d#; s#^CLUSTERS=.*#CLUSTERS=$box/createcluster.conf#" \
        "$here/infra/setup.sh" >"$box/checkout/infra/setup.sh"
    local program
    for program in "${PLAIN[@]}"; do ln -s "$(command -v "$program")" "$box/bin/$program"; done
    script id "echo $2"
    # Rust is there: its own installer is not a package manager.
    script cargo 'echo cargo 1.95.0'
    script rustc 'echo rustc 1.95.0'
    shift 2
    for program in "$@"; do script "$program" "$(installer "$program")"; done
}

# script NAME LINES: a program of the machine.
script() {
    printf '#!/bin/sh\n%s\n' "$2" >"$box/bin/$1"
    chmod +x "$box/bin/$1"
}

# What a package manager, or sudo, of the machine does.
installer() {
    case $1 in
        sudo) printf 'echo "sudo $*" >>"%s/said"; exec "$@"' "$box" ;;
        *) cat <<END
echo "$1 \$*" >>"$box/said"
put() { printf '#!/bin/sh\n%s\n' "\$2" >"\$1"; chmod +x "\$1"; }
for word; do
    case \$word in
        gcc) put "$box/bin/gcc" : ;;
        postgresql | postgresql-server) put "$box/bin/postgres" 'echo postgres 16.4'; put "$box/bin/initdb" : ;;
        postgresql@17) mkdir -p "$box/brew/opt/postgresql@17/bin"; put "$box/brew/opt/postgresql@17/bin/postgres" 'echo postgres 17.2'; put "$box/brew/opt/postgresql@17/bin/initdb" : ;;
        redis | redis-server) put "$box/bin/redis-server" : ;;
        valkey) put "$box/bin/valkey-server" : ;;
        nodejs | node) put "$box/bin/node" 'echo v22.1.0' ;;
        npm) put "$box/bin/npm" : ;;
        chromium | google-chrome) put "$box/bin/\$word" : ;;
        openssl | curl) put "$box/bin/\$word" : ;;
    esac
    case \$word in node) put "$box/bin/npm" : ;; esac
done
END
            ;;
    esac
}

# run PURPOSE: setup, on that machine; its status in $status, what it wrote in $output.
run() {
    : >"$box/said"
    output=$(env -i HOME="$box/home" PATH="$box/bin" sh "$box/checkout/infra/setup.sh" "$1" 2>&1)
    status=$?
}

# holds WHAT COMMAND…: one check.
holds() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not so on %s: %s\n  it wrote: %s\n  it said to the manager: %s\n' "$name" "$what" "$output" "$(cat "$box/said")"
    fi
}

said() { grep -qxF -- "$1" "$box/said"; }
said_nothing() { [ ! -s "$box/said" ]; }
ended() { [ "$status" -eq "$1" ]; }
silent() { [ -z "$output" ]; }
wrote() { grep -qF -- "$1" <<<"$output"; }

# The second time there is nothing to do, and nothing is said.
again() {
    run "$1"
    holds "a second run ends well" ended 0
    holds "a second run is silent" silent
    holds "a second run asks for nothing" said_nothing
    rm -rf "$box"
}

machine "Fedora, as root" 0 dnf
run run
holds "it ends well" ended 0
holds "it asks dnf once, for what running needs" \
    said "dnf install -q -y --setopt=install_weak_deps=False gcc postgresql-server valkey nodejs npm"
again run

machine "Fedora, with sudo" 1000 dnf sudo
run test
holds "it ends well" ended 0
holds "it asks through sudo, for what testing needs" \
    said "sudo dnf install -q -y --setopt=install_weak_deps=False gcc postgresql-server valkey nodejs npm chromium openssl"
again test

machine "Fedora, without sudo" 1000 dnf
run run
holds "it ends with 1" ended 1
holds "it names PostgreSQL" wrote "PostgreSQL 15 or newer"
holds "it installs nothing" said_nothing
rm -rf "$box"

machine "macOS with Homebrew" 501 brew
script cc :
run test
holds "it ends well" ended 0
for formula in postgresql@17 redis node openssl; do
    holds "it installs $formula" said "brew install --quiet $formula"
done
holds "it installs a browser that is still kept" said "brew install --quiet --cask google-chrome"
again test

machine "macOS with Homebrew, without a compiler" 501 brew
run run
holds "it ends with 1" ended 1
holds "it says how to get one" wrote "xcode-select --install"
holds "its list has the compiler" wrote "a C compiler (cc)"
rm -rf "$box"

machine "Debian, with sudo" 1000 apt-get sudo
run run
holds "it ends well" ended 0
holds "it installs PostgreSQL apart" \
    said "apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends postgresql"
holds "and the rest together" \
    said "apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends gcc libc6-dev redis-server nodejs npm"
holds "no service starts meanwhile, and later they may" said "sudo rm -f $box/policy-rc.d"
holds "what kept them from starting is gone" [ ! -e "$box/policy-rc.d" ]
again run

machine "a system without a package manager that setup knows" 0
run test
holds "it ends with 1" ended 1
for need in "a C compiler (cc)" "PostgreSQL 15 or newer" "Redis 7 or Valkey" "Node.js 20 or newer" "Chromium or Chrome" OpenSSL; do
    holds "its list has $need" wrote "$need"
done
rm -rf "$box"

machine "a word that it does not know" 0 dnf
run everything
holds "it ends with 2" ended 2
holds "it says how it is used" wrote "usage: infra/setup.sh run | test"
holds "it installs nothing" said_nothing
rm -rf "$box"

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
