# SPDX-License-Identifier: GPL-2.0-or-later
# Build packages, by the system's own apt.

readonly BUILD_PACKAGES=(
    # compilers and build tools
    g++ gcc libc6-dev binutils cmake ninja-build ccache git python3
    # libraries
    tao-pegtl-dev libspdlog-dev libfmt-dev libcli11-dev libgtest-dev libgmock-dev libbenchmark-dev
    libdw-dev libelf-dev liblzma-dev libzydis-dev
    # fuzzing, checks
    clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev
    # other debuggers and servers, which tests and benchmarks compare with
    gdb gdbserver lldb-14
    # the private bundle and the demo guest
    busybox-static cpio xz-utils gzip procps util-linux ca-certificates debian-archive-keyring
)
readonly MIN_BOOST=1.81
readonly BUILD_SPACE_MB=2000
readonly SYSTEM_APT_LOG=$HVGDB_DEPS/system-apt.log

# provide_packages: installs what is missing; asks nothing of the network when nothing is.
provide_packages() {
    local missing runner=()
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]} > 0)) || return 0
    if ((EUID != 0)); then
        type -P sudo >/dev/null ||
            die "packages are missing and neither root nor sudo is at hand; as root: apt-get install ${missing[*]}"
        runner=(sudo)
        sudo -v || die "sudo was refused; as root: apt-get install ${missing[*]}"
    fi
    require_space "$BUILD_SPACE_MB" /usr
    note "to install: ${missing[*]}"
    APT_LOG=$SYSTEM_APT_LOG
    WATCHED="package lists"
    # Another vendor's unreachable archive must not keep Debian's packages away: what is really missing shows below.
    run_shown "$APT_LOG" apt_status system_apt update || note "some package lists could not be refreshed; going on"
    choose_boost
    WATCHED="installing"
    run_shown "$APT_LOG" apt_status system_apt install -y --no-install-recommends "${missing[@]}" ||
        explain_apt_failure "the build packages"
}

system_apt() {
    "${runner[@]}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q -o APT::Update::Error-Mode=any \
        -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "$@"
}

apt_status() {
    printf '%s: %s' "$WATCHED" "$(tail -n 1 "$APT_LOG" | tr -d '\r' | cut -c 1-70)"
}

missing_packages() {
    {
        dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${BUILD_PACKAGES[@]}" 2>/dev/null || true
        printf 'wanted %s\n' "${BUILD_PACKAGES[@]}"
    } | awk '$1 == "installed" { have[$2] = 1 } $1 == "wanted" && !($2 in have) { print $2 }'
    boost_installed || printf 'libboost1.81-dev\n'
}

# Boost is in libboost1.81-dev (Debian 12) or, where the default is new enough, in libboost-dev.
boost_installed() {
    local version
    [[ $(dpkg-query -W -f '${db:Status-Status}' libboost1.81-dev 2>/dev/null || true) != installed ]] || return 0
    version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' libboost-dev 2>/dev/null || true)
    [[ $version == installed* ]] && version_at_least "${version#installed }" "$MIN_BOOST"
}

# choose_boost: in `missing`, libboost-dev takes the place of libboost1.81-dev where the latter does not exist.
choose_boost() {
    apt-cache show libboost1.81-dev >/dev/null 2>&1 || missing=("${missing[@]/#libboost1.81-dev/libboost-dev}")
}
