# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU and gdb: the host's own where they are new enough, else Debian's unchanged binaries in a private folder,
# .deps/root, run with that folder's own loader and libraries. .deps/bin has a command for each.

readonly BUNDLE_ROOT=$HVGDB_DEPS/root
readonly BUNDLE_STAMP=$HVGDB_DEPS/bundle.stamp
readonly BUNDLE_SPACE_MB=1200

# bundle_packages: the packages which the host cannot stand in for.
bundle_packages() {
    local qemu gdb
    qemu=$(host_command qemu-system-x86_64 || true)
    gdb=$(host_command gdb-multiarch || true)
    if [[ -z $qemu ]] || ! version_at_least "$(first_version "$qemu" --version)" "$HVGDB_MIN_QEMU"; then
        printf 'qemu-system-x86 '
    fi
    if [[ -z $gdb ]] || ! version_at_least "$(first_version "$gdb" --version)" "$HVGDB_MIN_GDB"; then
        printf 'gdb-multiarch '
    fi
}

# provide_bundle: makes .deps/bin complete; does nothing when it is.
provide_bundle() {
    local packages
    packages=$(bundle_packages)
    if [[ -e $BUNDLE_STAMP && $(<"$BUNDLE_STAMP") == "$packages" ]] && bundle_complete; then
        return
    fi
    rm -f "$BUNDLE_STAMP"
    if [[ -n $packages ]]; then
        require_space "$BUNDLE_SPACE_MB"
        refresh_lists trixie trixie-backports
        # shellcheck disable=SC2086 # a list of words
        private_apt_fetch "$APT_ARCHIVES" "QEMU and gdb" --download-only install -t trixie-backports $packages
        unpack_bundle
    else
        rm -rf "$BUNDLE_ROOT"
    fi
    write_commands "$packages"
    printf '%s' "$packages" >"$BUNDLE_STAMP.new"
    mv "$BUNDLE_STAMP.new" "$BUNDLE_STAMP"
    rm -rf "$APT_ARCHIVES"
}

bundle_complete() {
    [[ -x $(qemu_command) && -x $(gdb_command) ]]
}

# Unpacks into a fresh folder and renames it, so a half-done one is never used.
unpack_bundle() {
    rm -rf "$BUNDLE_ROOT" "$BUNDLE_ROOT.new"
    mkdir -p "$BUNDLE_ROOT.new"
    private_apt apt-get -q autoclean >"$APT_LOG" 2>&1 || true # what an interrupted run of long ago may have left
    UNPACK_TOTAL=$(find "$APT_ARCHIVES" -maxdepth 1 -name '*.deb' | wc -l)
    note "unpacking $UNPACK_TOTAL packages"
    run_shown "$HVGDB_DEPS/unpack.log" unpack_status unpack_archives || explain_unpack_failure
    rm -rf "$BUNDLE_ROOT.new/usr/share/"{doc,man,locale,info,lintian}
    mv "$BUNDLE_ROOT.new" "$BUNDLE_ROOT"
}

unpack_archives() {
    local deb
    for deb in "$APT_ARCHIVES"/*.deb; do
        dpkg-deb -x "$deb" "$BUNDLE_ROOT.new" || return 1
        printf '%s\n' "${deb##*/}"
    done
}

unpack_status() {
    local unpacked
    unpacked=$(wc -l <"$HVGDB_DEPS/unpack.log")
    printf '%d of %d packages, %d %%' "$unpacked" "$UNPACK_TOTAL" $((unpacked * 100 / UNPACK_TOTAL))
}

explain_unpack_failure() {
    if grep -q 'No space left' "$HVGDB_DEPS/unpack.log"; then
        die "cannot unpack QEMU: no space left on the disk"
    fi
    rm -rf "$APT_ARCHIVES"
    die "cannot unpack QEMU: $(tail -n 1 "$HVGDB_DEPS/unpack.log"); run again to fetch it anew"
}

# write_commands BUNDLED: .deps/bin/qemu-system-x86_64 and .deps/bin/gdb, to the bundle or to the host's own.
write_commands() {
    local packages=$1
    mkdir -p "$HVGDB_DEPS/bin"
    if [[ $packages == *qemu* ]]; then
        write_wrapper qemu-system-x86_64 "$(wrapper_head)
exec \"\$root/\$lib/ld-linux-x86-64.so.2\" --library-path \"\$root/\$lib\" --argv0 qemu-system-x86_64 \\
    \"\$root/usr/bin/qemu-system-x86_64\" -L \"\$root/usr/share/qemu\" -L \"\$root/usr/share/seabios\" \"\$@\""
    else
        link_command qemu-system-x86_64 qemu-system-x86_64
    fi
    if [[ $packages == *gdb* ]]; then
        write_wrapper gdb "$(wrapper_head)
# gdb finds its data and its python's library from argv[0].
exec \"\$root/\$lib/ld-linux-x86-64.so.2\" --library-path \"\$root/\$lib\" --argv0 \"\$root/usr/bin/gdb\" \\
    \"\$root/usr/bin/gdb-multiarch\" \"\$@\""
    else
        link_command gdb gdb-multiarch
    fi
}

wrapper_head() {
    cat <<'EOF'
#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Written by scripts/setup. Runs Debian's unchanged binary from this checkout's private folder.
here=$(dirname -- "$(readlink -f -- "$0")")
root=${here%/*}/root
lib=usr/lib/x86_64-linux-gnu
EOF
}

# write_wrapper NAME TEXT
write_wrapper() {
    printf '%s\n' "$2" >"$HVGDB_DEPS/bin/.$1.new"
    chmod 755 "$HVGDB_DEPS/bin/.$1.new"
    mv "$HVGDB_DEPS/bin/.$1.new" "$HVGDB_DEPS/bin/$1"
}

# link_command NAME HOST_NAME
link_command() {
    ln -sfn "$(host_command "$2")" "$HVGDB_DEPS/bin/$1"
}
