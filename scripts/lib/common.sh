# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers shared by all scripts: the repository's folders, messages, progress, the commands of .deps/.
# To be sourced by bash with `set -euo pipefail` on.

HVGDB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
HVGDB_DEPS=$HVGDB_ROOT/.deps
readonly HVGDB_ROOT HVGDB_DEPS
readonly HVGDB_MIN_QEMU=11.1 HVGDB_MIN_GDB=18
readonly DEMO_KERNEL=6.12

# die MESSAGE...: one line on standard error, then exit 1.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# usage_error MESSAGE...: the same for a wrong command line, exit 2.
usage_error() {
    printf '%s: %s (try --help)\n' "${0##*/}" "$*" >&2
    exit 2
}

note() {
    printf '      %s\n' "$*"
}

# step MESSAGE...: the headline of the next step, "[2/5] MESSAGE". STEP_COUNT says how many there are.
STEP_NUMBER=0
STEP_COUNT=${STEP_COUNT:-1}
step() {
    STEP_NUMBER=$((STEP_NUMBER + 1))
    printf '[%d/%d] %s\n' "$STEP_NUMBER" "$STEP_COUNT" "$*"
}

# run_shown LOG STATUS COMMAND...: runs COMMAND with its output in the file LOG and shows what the function STATUS
# prints: in place on a terminal, a line every five seconds otherwise. Returns COMMAND's exit status.
run_shown() {
    local log=$1 status=$2 pid code=0 pause=0.3 started=$SECONDS shown=$SECONDS
    shift 2
    set -m # a process group of its own, so that all of it can be ended
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    set +m
    # shellcheck disable=SC2064 # the process of now is meant
    trap "kill -- -$pid 2>/dev/null || true; wait $pid 2>/dev/null || true; die interrupted" INT TERM HUP
    while kill -0 "$pid" 2>/dev/null; do
        if [[ -t 1 ]]; then
            printf '\r\033[K      %s, %d s' "$("$status")" $((SECONDS - started))
        elif ((SECONDS - shown >= 5)); then
            shown=$SECONDS
            printf '      %s, %d s\n' "$("$status")" $((SECONDS - started))
        fi
        sleep "$pause"
    done
    wait "$pid" || code=$?
    trap - INT TERM HUP
    if [[ -t 1 ]]; then printf '\r\033[K'; fi
    return "$code"
}

# require_space MEGABYTES [FOLDER]: ends the script when FOLDER's disk (the checkout's) has less.
require_space() {
    local folder=${2:-$HVGDB_ROOT} free
    free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
    ((free >= $1)) || die "not enough space: $1 MB needed in $folder, $free MB free"
}

# version_at_least HAVE WANT
version_at_least() {
    [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]
}

# host_command NAME: the path of NAME outside .deps/, or failure.
host_command() {
    local path=:$PATH:
    path=${path//:"$HVGDB_DEPS/bin":/:}
    path=${path#:}
    PATH=${path%:} type -P "$1"
}

# first_version COMMAND...: the first version number in COMMAND's output, or nothing.
first_version() {
    { "$@" 2>/dev/null || true; } | grep -oE -m 1 '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true
}

# use_deps_path: puts .deps/bin first on PATH.
use_deps_path() {
    case :$PATH: in
        *:"$HVGDB_DEPS/bin":*) ;;
        *) PATH=$HVGDB_DEPS/bin:$PATH ;;
    esac
    export PATH
}

# The commands which scripts/setup chose: the host's own where new enough, else the private ones.
qemu_command() { printf '%s\n' "$HVGDB_DEPS/bin/qemu-system-x86_64"; }
gdb_command() { printf '%s\n' "$HVGDB_DEPS/bin/gdb"; }
# kernel_folder NAME: where scripts/lib/kernels.sh puts a kernel.
kernel_folder() { printf '%s\n' "$HVGDB_DEPS/guest/kernels/$1"; }
guest_kernel() { printf '%s\n' "$(kernel_folder "$DEMO_KERNEL")/vmlinuz"; }
guest_initramfs() { printf '%s\n' "$HVGDB_DEPS/guest/initramfs.gz"; }
# guest_program NAME: the unstripped ELF file of a program in the demo guest.
guest_program() { printf '%s\n' "$HVGDB_DEPS/guest/bin/$1"; }
