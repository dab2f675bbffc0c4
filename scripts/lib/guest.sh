# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's initramfs in .deps/guest: busybox and the programs of tests/guest/. A larger one has a libc too, and programs
# that are linked with it dynamically: .deps/guest/dynamic, unstripped as there.

readonly GUEST_HOME=$HVGDB_DEPS/guest
readonly GUEST_SOURCES=$HVGDB_ROOT/tests/guest
readonly GUEST_LIBRARIES=lib/x86_64-linux-gnu

# provide_initramfs: .deps/guest/initramfs.gz and bin/, initramfs_dynamic.gz and dynamic/, made again when a source,
# busybox, the libc or the compiler changed.
provide_initramfs() {
    local key
    key=$(initramfs_key)
    if [[ -s $(guest_initramfs) && -e $GUEST_HOME/initramfs.stamp ]]; then
        [[ $(<"$GUEST_HOME/initramfs.stamp") != "$key" ]] || return 0
    fi
    note "building the demo guest's initramfs"
    rm -rf "$GUEST_HOME/initramfs.stamp" "$GUEST_HOME/tree"
    build_guest_programs
    build_initramfs_tree "$GUEST_HOME/tree"
    pack_initramfs "$GUEST_HOME/tree" "$(guest_initramfs)"
    build_dynamic_tree
    pack_initramfs "$GUEST_HOME/dynamic" "$GUEST_HOME/dynamic.gz"
    cat "$(guest_initramfs)" "$GUEST_HOME/dynamic.gz" >"$GUEST_HOME/initramfs_dynamic.gz.new"
    mv "$GUEST_HOME/initramfs_dynamic.gz.new" "$GUEST_HOME/initramfs_dynamic.gz"
    rm -rf "$GUEST_HOME/tree" "$GUEST_HOME/dynamic.gz"
    printf '%s' "$key" >"$GUEST_HOME/initramfs.stamp.new"
    mv "$GUEST_HOME/initramfs.stamp.new" "$GUEST_HOME/initramfs.stamp"
}

initramfs_key() {
    {
        find "$GUEST_SOURCES" "$HVGDB_ROOT/scripts/lib/guest.sh" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        dpkg-query -W -f '${Package} ${Version}\n' gcc libc6 libc6-dev busybox-static
    } | sha256sum
}

# Each program is static, so it runs without a libc in the guest, and keeps its symbols for gdb.
build_guest_programs() {
    local source
    rm -rf "$GUEST_HOME/bin.new"
    mkdir -p "$GUEST_HOME/bin.new"
    for source in "$GUEST_SOURCES"/*.c; do
        compile_guest_program "$source" "$(basename "$source" .c)" -static -no-pie -fno-pie
    done
    compile_guest_program "$GUEST_SOURCES/counter.c" pie_counter -static-pie -fPIE
    compile_guest_program "$GUEST_SOURCES/exits.c" pie_exits -static-pie -fPIE
    compile_guest_program "$GUEST_SOURCES/compat.S" compat -m32 -nostdlib -static -no-pie
    for source in "$GUEST_SOURCES"/compat/*.c; do
        compile_guest_program "$source" "$(basename "$source" .c)" \
            -m32 -ffreestanding -nostdlib -static -no-pie -fno-pie
    done
    rm -rf "${GUEST_HOME:?}/bin"
    mv "$GUEST_HOME/bin.new" "$GUEST_HOME/bin"
}

# The loader, the libc and the programs that need them, where the loader looks for libraries.
build_dynamic_tree() {
    local tree=$GUEST_HOME/dynamic.new sources=$GUEST_SOURCES/dynamic library
    rm -rf "$tree"
    mkdir -p "$tree"/{bin,lib64,"$GUEST_LIBRARIES"}
    cp -L "$(gcc -print-file-name=ld-linux-x86-64.so.2)" "$tree/lib64/ld-linux-x86-64.so.2"
    for library in libc.so.6 libm.so.6 libpthread.so.0; do
        cp -L "$(gcc -print-file-name="$library")" "$tree/$GUEST_LIBRARIES/$library"
    done
    compile "$tree/$GUEST_LIBRARIES/libgreeting.so" "$sources/greeting.c" -shared -fPIC -Wl,-soname,libgreeting.so
    compile "$tree/bin/greeter" "$sources/greeter.c" -pie -fPIE "$tree/$GUEST_LIBRARIES/libgreeting.so" -lm
    compile "$tree/bin/fixed_greeter" "$sources/greeter.c" -no-pie -fno-pie \
        "$tree/$GUEST_LIBRARIES/libgreeting.so" -lm
    compile "$tree/bin/dynamic_exits" "$GUEST_SOURCES/exits.c" -pie -fPIE
    compile "$tree/bin/fixed_dynamic_exits" "$GUEST_SOURCES/exits.c" -no-pie -fno-pie
    rm -rf "$GUEST_HOME/dynamic"
    mv "$tree" "$GUEST_HOME/dynamic"
}

# compile_guest_program SOURCE NAME FLAGS...
compile_guest_program() {
    local source=$1 name=$2
    shift 2
    compile "$GUEST_HOME/bin.new/$name" "$source" "$@"
}

# compile FILE SOURCE FLAGS...
compile() {
    local file=$1 source=$2
    shift 2
    gcc -std=gnu11 -O1 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-omit-frame-pointer -pthread \
        -o "$file" "$source" "$@" || die "cannot compile ${source#"$HVGDB_ROOT"/}"
}

# build_initramfs_tree FOLDER
build_initramfs_tree() {
    local tree=$1 program applet
    mkdir -p "$tree"/{bin,sbin,usr/bin,usr/sbin,dev,proc,sys,tmp,root,etc}
    cp "$(type -P busybox)" "$tree/bin/busybox"
    while read -r applet; do
        [[ $applet == bin/busybox || $applet == linuxrc ]] || ln -s /bin/busybox "$tree/$applet"
    done < <(busybox --list-full)
    for program in "$GUEST_HOME"/bin/*; do
        strip --strip-debug -o "$tree/bin/${program##*/}" "$program"
    done
    install -m 755 "$GUEST_SOURCES/init" "$tree/init"
}

# pack_initramfs FOLDER FILE: owned by root whoever packs it, and the same bytes for the same files.
pack_initramfs() {
    (cd "$1" && find . -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc -R 0:0 --reproducible --quiet) |
        gzip -n -6 >"$2.new" || die "cannot pack the initramfs (is there space left?)"
    mv "$2.new" "$2"
}
