#!/bin/sh
# Installs what building, running and testing Narthex needs: infra/setup.sh run | test
# Silent and offline when nothing is missing. It looks for programs, not for packages, and it never starts,
# enables or changes a PostgreSQL or a Redis of this machine: Narthex runs private ones of its own.
set -eu

RUST=1.95
POSTGRES=15
NODE=20

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
purpose=${1:-run}
case $purpose in
    run | test) ;;
    *) echo "usage: infra/setup.sh run | test" >&2; exit 2 ;;
esac
PATH=$root/var/tools/node_modules/.bin:$PATH:$HOME/.cargo/bin

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "setup: $*" >&2; }

# The number in front of the first dot of a version.
major() { printf '%s' "$1" | sed 's/[^0-9]*\([0-9]*\).*/\1/'; }

have_compiler() { have cc || have gcc || have clang; }

have_rust() {
    have cargo && have rustc || return 1
    version=$(rustc --version 2>/dev/null | cut -d' ' -f2)
    minor=${version#*.}
    minor=${minor%%.*}
    [ "${version%%.*}" -gt 1 ] || [ "${minor:-0}" -ge "${RUST#*.}" ]
}

have_postgres() {
    for postgres in "$(command -v postgres || true)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres \
        /opt/homebrew/opt/postgresql*/bin/postgres /usr/local/opt/postgresql*/bin/postgres \
        /home/linuxbrew/.linuxbrew/opt/postgresql*/bin/postgres; do
        if [ -x "$postgres" ] && [ -x "$(dirname -- "$postgres")/initdb" ]; then
            version=$(cd / && "$postgres" --version 2>/dev/null) || continue
            [ "$(major "$version")" -ge "$POSTGRES" ] && return 0
        fi
    done
    return 1
}

have_redis() { have redis-server || have valkey-server; }

have_node() { have node && have npm && [ "$(major "$(node --version)")" -ge "$NODE" ]; }

have_browser() {
    [ -n "${CHROME:-}" ] && [ -x "$CHROME" ] && return 0
    have chromium || have chromium-browser || have google-chrome || have google-chrome-stable ||
        [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
        [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

# The needs that are not met, as words.
missing() {
    have_compiler || printf ' compiler'
    have_postgres || printf ' postgres'
    have_redis || printf ' redis'
    have_node || printf ' node'
    if [ "$purpose" = test ]; then
        have_browser || printf ' browser'
        # makes the certificate of the host that tests/peers publishes a document on
        have openssl || printf ' openssl'
    fi
    # curl is needed only to fetch Rust's installer
    have_rust || { have curl || printf ' curl'; }
}

# Ends with the list of what a person has to install.
give_up() {
    echo "Narthex needs these, and setup cannot install them here:" >&2
    for need in $(missing); do
        case $need in
            compiler) echo "  - a C compiler (cc)" ;;
            postgres) echo "  - PostgreSQL $POSTGRES or newer, its server programs (postgres, initdb)" ;;
            redis) echo "  - Redis 7 or Valkey (redis-server or valkey-server)" ;;
            node) echo "  - Node.js $NODE or newer, with npm" ;;
            browser) echo "  - Chromium or Chrome (or set CHROME to its path)" ;;
            openssl) echo "  - OpenSSL (openssl)" ;;
            curl) ;;
        esac
    done >&2
    have_rust || echo "  - Rust $RUST or newer (https://rustup.rs)" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# --- Debian and Ubuntu ---

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 "$@" >/dev/null; }
apt_install() { apt_get install --no-install-recommends "$@"; }

POLICY=/usr/sbin/policy-rc.d
CLUSTERS=/etc/postgresql-common/createcluster.conf
policy_is_ours=
clusters_are_ours=

undo_apt() {
    if [ -n "$policy_is_ours" ]; then as_root rm -f "$POLICY"; policy_is_ours=; fi
    if [ -n "$clusters_are_ours" ]; then as_root mv -f "$CLUSTERS.narthex" "$CLUSTERS"; clusters_are_ours=; fi
}

setup_debian() {
    packages=
    services=
    wants_postgres=
    wants_browser=
    for need in "$@"; do
        case $need in
            compiler) packages="$packages gcc libc6-dev" ;;
            postgres) wants_postgres=yes; services="$services postgresql" ;;
            redis) packages="$packages redis-server"; services="$services redis-server" ;;
            node) packages="$packages nodejs npm" ;;
            browser) wants_browser=yes ;;
            openssl) packages="$packages openssl" ;;
            curl) packages="$packages curl ca-certificates" ;;
        esac
    done
    trap undo_apt EXIT
    trap 'exit 130' INT TERM
    say "apt-get update"
    apt_get update
    if [ ! -e "$POLICY" ]; then
        # Debian starts a service as it installs it, unless this says no.
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
        as_root chmod 755 "$POLICY"
        policy_is_ours=yes
    fi
    if [ -n "$wants_postgres" ]; then
        say "installing postgresql (without a cluster of its own)"
        apt_install postgresql-common
        if [ -e "$CLUSTERS" ]; then
            # For this installation only: the server package makes a cluster `main` otherwise.
            as_root cp -p "$CLUSTERS" "$CLUSTERS.narthex"
            clusters_are_ours=yes
            echo 'create_main_cluster = false' | as_root tee -a "$CLUSTERS" >/dev/null
        fi
        apt_install postgresql
    fi
    if [ -n "$packages" ]; then
        say "installing$packages"
        # The list is words.
        # shellcheck disable=SC2086
        apt_install $packages
    fi
    if [ -n "$wants_browser" ]; then
        say "installing chromium"
        # Ubuntu has it as a snap alone: then a browser of one's own has to be named.
        apt_install chromium || { say "this system's archive has no chromium: install one, and name it by CHROME=/path/to/it"; exit 1; }
    fi
    undo_apt
    trap - EXIT INT TERM
    # What was installed here need not run at the next start of the machine either.
    if [ -n "$services" ] && have systemctl; then
        for service in $services; do as_root systemctl disable --quiet "$service" >/dev/null 2>&1 || true; done
    fi
}

# --- Fedora ---

setup_fedora() {
    packages=
    for need in "$@"; do
        case $need in
            compiler) packages="$packages gcc" ;;
            postgres) packages="$packages postgresql-server" ;;
            redis) packages="$packages valkey" ;;
            node) packages="$packages nodejs npm" ;;
            browser) packages="$packages chromium" ;;
            openssl) packages="$packages openssl" ;;
            curl) packages="$packages curl" ;;
        esac
    done
    say "installing$packages"
    # shellcheck disable=SC2086
    as_root dnf install -q -y --setopt=install_weak_deps=False $packages >/dev/null
}

# --- Homebrew ---

setup_homebrew() {
    for need in "$@"; do
        case $need in
            compiler) say "install the command line tools with: xcode-select --install" ;;
            postgres) say "installing postgresql@17"; brew install --quiet postgresql@17 ;;
            redis) say "installing redis"; brew install --quiet redis ;;
            node) say "installing node"; brew install --quiet node ;;
            browser) say "installing google-chrome"; brew install --quiet --cask google-chrome ;;
            openssl) say "installing openssl"; brew install --quiet openssl ;;
            curl) ;;
        esac
    done
}

setup_rust() {
    if have rustup; then
        say "updating Rust"
        rustup toolchain install stable --profile minimal --component clippy --component rustfmt >&2
        rustup default stable >&2
    elif have curl; then
        say "installing Rust with rustup"
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
            sh -s -- -y --quiet --no-modify-path --profile minimal --component clippy --component rustfmt >&2
    fi
}

# Distributions keep a Node.js for years; npm carries current ones. It is put below var/, for this checkout alone.
setup_node() {
    say "installing Node.js 22 below var/tools, since $(command -v node) is older than $NODE"
    npm install --prefix "$root/var/tools" --silent --no-audit --no-fund node@22 >&2
}

# Node's packages, when they are missing or older than what the lock file asks for.
setup_packages() {
    directory=$root/$1
    [ -f "$directory/package-lock.json" ] || return 0
    if [ ! -e "$directory/node_modules/.package-lock.json" ] ||
        [ "$directory/package-lock.json" -nt "$directory/node_modules/.package-lock.json" ]; then
        say "npm ci in $1"
        (cd "$directory" && npm ci --silent --no-audit --no-fund >&2)
        touch "$directory/node_modules/.package-lock.json"
    fi
}

needs=$(missing)
if [ -n "$needs" ]; then
    if [ "$(id -u)" -ne 0 ] && ! have sudo && ! have brew; then give_up; fi
    # The list is words.
    # shellcheck disable=SC2086
    if have apt-get; then
        setup_debian $needs || give_up
    elif have dnf; then
        setup_fedora $needs || give_up
    elif have brew; then
        setup_homebrew $needs || give_up
    else
        give_up
    fi
fi
have_rust || setup_rust || give_up
if ! have_node && have npm; then setup_node || give_up; fi
if [ -n "$(missing)" ] || ! have_rust; then give_up; fi

setup_packages tests/peers
if [ "$purpose" = test ]; then setup_packages tests/browser; fi
