# SPDX-License-Identifier: GPL-2.0-or-later
# A private apt in .deps/apt: its own sources, lists, cache and (empty) package state, no root needed.
# It fetches from the mirror the system's own sources name, and keeps the system's Acquire::* (proxy) settings.

readonly APT_HOME=$HVGDB_DEPS/apt
readonly APT_ARCHIVES=$APT_HOME/archives
APT_LOG=$HVGDB_DEPS/apt.log
readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# private_apt TOOL ARGS...: TOOL is apt-get, apt-cache, ...
private_apt() {
    local tool=$1
    shift
    LC_ALL=C APT_CONFIG=$APT_HOME/apt.conf "$tool" "$@"
}

# debian_mirror: the URI of the Debian archive in the system's sources (one-line or deb822), or nothing.
# Other vendors' archives are told apart by the release's name and by the usual last part of the path.
debian_mirror() {
    local codename
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    { LC_ALL=C apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' || true; } |
        awk -v codename="$codename" '
            $3 != "main" || $2 ~ /security/ || $1 ~ /security/ { next }
            {
                rank = ($1 ~ /\/debian\/?$/) * 1
                if ($2 == codename || $2 ~ /^(stable|testing|unstable|sid|trixie|bookworm)$/) rank += 2
                if (rank > best) { best = rank; uri = $1 }
            }
            END { if (best) print uri }'
}

# Only the system's settings for fetching are taken over; whatever would weaken verification is not.
write_apt_conf() {
    local conf=$APT_HOME/apt.conf
    {
        printf 'Dir::Etc::%s "/dev/null";\n' main parts preferences preferencesparts trusted trustedparts sourceparts
        apt-config dump | grep '^Acquire::' |
            grep -v -i -E '^Acquire::(IndexTargets|Languages|Changelogs|[a-z]*Allow|.*Insecure|.*Weak)' || true
        cat <<EOF
Dir::Etc::sourcelist "$APT_HOME/sources.list";
Dir::State "$APT_HOME/state";
Dir::State::Lists "$APT_HOME/lists";
Dir::State::status "$APT_HOME/state/status";
Dir::State::extended_states "$APT_HOME/state/extended_states";
Dir::Cache "$APT_HOME/cache";
Dir::Cache::archives "$APT_ARCHIVES";
Dir::Log "$APT_HOME/log";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Install-Recommends "0";
APT::Install-Suggests "0";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "0";
APT::Get::Assume-Yes "1";
APT::Update::Error-Mode "any";
APT::Keep-Downloaded-Packages "1";
Acquire::AllowInsecureRepositories "0";
Acquire::AllowWeakRepositories "0";
Acquire::AllowDowngradeToInsecureRepositories "0";
Acquire::Languages "none";
Acquire::Retries "3";
EOF
    } >"$conf.new"
    mv "$conf.new" "$conf"
}

# private_apt_update SUITE...: makes the private state and brings the lists of these suites up to date.
private_apt_update() {
    local mirror
    [[ -r $DEBIAN_KEYRING ]] || die "$DEBIAN_KEYRING is missing: install debian-archive-keyring"
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || die "no Debian mirror in the system's apt sources, so QEMU $HVGDB_MIN_QEMU and guest kernels" \
        "cannot be fetched: add one"
    mkdir -p "$APT_HOME"/{state,lists/partial,cache,archives/partial,log}
    : >"$APT_HOME/state/status"
    printf "deb [arch=amd64 signed-by=$DEBIAN_KEYRING] $mirror %s main\n" "$@" >"$APT_HOME/sources.list"
    write_apt_conf
    run_shown "$APT_LOG" lists_status private_apt apt-get update || explain_apt_failure "the package lists of $*"
}

lists_status() {
    printf 'package lists: %s' "$(du -sh "$APT_HOME/lists" 2>/dev/null | cut -f 1)"
}

# refresh_lists SUITE...: the private apt knows these suites and no others. Lists are fetched only when they changed.
REFRESHED_SUITES=
refresh_lists() {
    [[ $REFRESHED_SUITES != "$*" ]] || return 0
    private_apt_update "$@"
    REFRESHED_SUITES=$*
}

# private_apt_fetch FOLDER LABEL COMMAND...: runs the apt-get COMMAND (a download into FOLDER) and shows how far it is.
# An interrupted download goes on where it stopped.
private_apt_fetch() {
    local label=$2 uris
    FETCH_FOLDER=$1
    shift 2
    uris=$(private_apt apt-get -qq --print-uris "$@" 2>"$APT_LOG") || explain_apt_failure "$label"
    [[ -n $uris ]] || return 0
    FETCH_BYTES=$(awk '{ sum += $3 } END { print sum + 0 }' <<<"$uris")
    FETCH_BASE=$(fetched_bytes)
    note "fetching $label (packages: $(wc -l <<<"$uris"), $(((FETCH_BYTES + 500000) / 1000000)) MB)"
    pushd "$FETCH_FOLDER" >/dev/null || exit # `apt-get download` writes to where it is run
    run_shown "$APT_LOG" fetch_status private_apt apt-get -q "$@" || explain_apt_failure "$label"
    popd >/dev/null || exit
}

fetched_bytes() {
    du -sb "$FETCH_FOLDER" 2>/dev/null | cut -f 1 || true
}

fetch_status() {
    local got=$(($(fetched_bytes) - FETCH_BASE))
    printf '%d of %d MB, %d %%' $((got / 1000000)) $((FETCH_BYTES / 1000000)) $((got * 100 / (FETCH_BYTES + 1)))
}

# explain_apt_failure WHAT: ends the script with one line which says why apt failed, from its output in APT_LOG.
explain_apt_failure() {
    local what=$1 reason
    local unverified='NO_PUBKEY|BADSIG|EXPKEYSIG|is not signed|signatures? .*(invalid|verif)|authenticated'
    if grep -q -i -E "$unverified|Hash Sum mismatch|Clearsigned" "$APT_LOG"; then
        reason="verification failed (apt did not accept the archive's signature or a checksum)"
    elif grep -q -i -E 'No space left|enough free space' "$APT_LOG"; then
        reason="no space left on the disk"
    elif grep -q -i -E 'Permission denied|Read-only file system' "$APT_LOG"; then
        reason="no permission to write"
    elif grep -q -i -E 'Could not get lock|Unable to acquire' "$APT_LOG"; then
        reason="another apt is running"
    elif grep -q -i -E 'resolv|connect|timed out|unreachable|Connection|refused' "$APT_LOG"; then
        reason="no network (the package mirror cannot be reached)"
    elif grep -q -E 'Unable to locate|no installation candidate|does not have a Release file|404' "$APT_LOG"; then
        reason="the package mirror does not have it"
    else
        reason=$(grep -m 1 '^E: ' "$APT_LOG" || printf 'apt failed')
    fi
    die "cannot get $what: $reason; details in ${APT_LOG#"$HVGDB_ROOT"/}"
}
