#!/usr/bin/env bash
# Runs every ring of tests, whatever the earlier ones say, and sums up: the last line is `N passed, N failed`.
# It leaves no process and no temporary file behind; logs stay only when something failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
logs=$CARGO_TARGET_DIR/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.log

# A temporary directory of our own: what a test forgets goes with it. The account that a private PostgreSQL runs as
# (when we are root) must be able to pass through, so 0711.
TMPDIR=$(mktemp -d)
chmod 711 "$TMPDIR"
export TMPDIR

passed=0
failed=0
job=

# Ends whatever is left of the running ring: it is a process group of its own.
end_ring() {
    [ -n "$job" ] || return 0
    kill -TERM -- "-$job" 2>/dev/null || { job=; return 0; }
    for _ in {1..50}; do
        kill -0 -- "-$job" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL -- "-$job" 2>/dev/null
    job=
}

# Private databases that were put under /var/tmp for a data directory of ours (see crates/narthex/src/services).
remove_strays() {
    local whose
    for whose in /var/tmp/narthex-????????????????/data-directory; do
        [ -r "$whose" ] || continue
        case $(cat "$whose") in
            "$TMPDIR"/*) rm -rf -- "${whose%/data-directory}" ;;
        esac
    done
}

finish() {
    end_ring
    remove_strays
    rm -rf -- "$TMPDIR"
    if [ "$failed" -eq 0 ]; then rm -rf -- "$logs"; fi
}
trap finish EXIT
trap 'failed=1; exit 130' INT
trap 'failed=1; exit 143' TERM HUP

# ring NAME COUNT COMMAND…: runs the command, shows and keeps what it says, and adds up what COUNT reads from it.
ring() {
    local name=$1 count=$2 status good bad
    shift 2
    printf '\n=== %s\n' "$name"
    set -m
    ("$@" 2>&1 | tee "$logs/$name.log"; exit "${PIPESTATUS[0]}") &
    job=$!
    set +m
    wait "$job"
    status=$?
    end_ring
    read -r good bad < <("$count" "$logs/$name.log")
    # A ring that ends badly without naming a failed test has failed as a whole.
    if [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then bad=1; fi
    # So has one that ran nothing.
    if [ "$status" -eq 0 ] && [ "$((${good:-0} + ${bad:-0}))" -eq 0 ]; then
        if [ "$count" = count_whole ]; then good=1; else bad=1; fi
    fi
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    printf -- '--- %s: %s passed, %s failed\n' "$name" "${good:-0}" "${bad:-0}"
}

# A command that passes or fails as a whole.
count_whole() { echo 0 0; }

# Cargo says one `test result:` line for each test program.
count_cargo() {
    awk '/^test result:/ { for (i = 1; i < NF; i++) { if ($(i + 1) ~ /^passed/) p += $i; if ($(i + 1) ~ /^failed/) f += $i } }
         END { print p + 0, f + 0 }' "$1"
}

# The journeys say `N passed, N failed` alone on their last line.
count_journeys() {
    awk '/^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f = $3 } END { print p + 0, f + 0 }' "$1"
}

find_browser() {
    local candidate
    for candidate in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        command -v "$candidate" && return
    done
}
if [ -z "${CHROME:-}" ]; then
    CHROME=$(find_browser) && export CHROME
fi

threads=${RUST_TEST_THREADS:-$(($(getconf _NPROCESSORS_ONLN) * 5 / 2))}

ring format count_whole cargo fmt --all --check
ring setup count_journeys tests/setup.sh
ring lints count_whole cargo clippy --workspace --all-targets -- -D warnings
# Test programs and the binary in one go: alone, the binary would want its dependencies with other features.
ring build count_whole cargo build --workspace --bins --tests
# Tests wait for PostgreSQL, for Redis and for time to pass more than they compute.
ring rust count_cargo env RUST_TEST_THREADS="$threads" cargo test --workspace --no-fail-fast
for journeys in peers browser; do
    if [ -f "tests/$journeys/run.mjs" ]; then
        ring "$journeys" count_journeys node "tests/$journeys/run.mjs"
    fi
done

if [ "$failed" -ne 0 ]; then printf '\nlogs: %s\n' "$logs"; fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
