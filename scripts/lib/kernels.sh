# SPDX-License-Identifier: GPL-2.0-or-later
# Stock Debian kernels for guests, each in .deps/guest/kernels/NAME: vmlinuz, modules.gz (an initramfs with a few modules
# to load) and, written last, version.

readonly KERNEL_SPACE_MB=250
readonly TESTED_KERNELS=("$DEMO_KERNEL" 6.1)
readonly ALL_KERNELS=("${TESTED_KERNELS[@]}" newest 5.10)
# Old suites leave the mirrors in the end: the tests do without these kernels then.
readonly FLEETING_KERNELS=(5.10)
declare -rA KERNEL_SUITES=([6.12]=trixie [6.1]=bookworm [newest]=trixie-backports [5.10]=bullseye)
declare -rA KERNEL_PACKAGES=(
    [6.12]='linux-image-6\.12\.[^ ]*-cloud-amd64'
    [6.1]='linux-image-6\.1\.[^ ]*-cloud-amd64'
    [newest]='linux-image-[0-9][^ ]*-cloud-amd64'
    [5.10]='linux-image-5\.10\.[^ ]*-cloud-amd64'
)
# In the order in which they can be loaded.
readonly GUEST_MODULES=(llc stp nls_ascii dummy)
readonly KERNEL_FILES=('./boot/vmlinuz-*' '*/vmlinuz' "${GUEST_MODULES[@]/%/.ko*}")

# provide_kernels NAME...
provide_kernels() {
    local name
    for name in "$@"; do
        if kernel_complete "$name"; then continue; fi
        if [[ " ${FLEETING_KERNELS[*]} " == *" $name "* ]]; then
            (provide_kernel "$name") || note "going on without kernel $name"
        else
            provide_kernel "$name"
        fi
    done
}

kernel_complete() {
    local folder
    folder=$(kernel_folder "$1")
    [[ -s $folder/vmlinuz && -s $folder/modules.gz && -s $folder/version ]]
}

# kernel_versions NAME...: " 6.12.1-cloud-amd64 6.1..." of those which are there.
kernel_versions() {
    local name
    for name in "$@"; do
        if kernel_complete "$name"; then printf ' %s' "$(<"$(kernel_folder "$name")/version")"; fi
    done
}

# provide_kernel NAME
provide_kernel() {
    local name=$1 image packages folder=$APT_HOME/kernel
    require_space "$KERNEL_SPACE_MB"
    refresh_lists "${KERNEL_SUITES[$name]}"
    image=$(private_apt apt-cache search --names-only "^${KERNEL_PACKAGES[$name]}\$" 2>"$APT_LOG" |
        cut -d ' ' -f 1 | sort -V | tail -n 1)
    [[ -n $image ]] || die "the package mirror's ${KERNEL_SUITES[$name]} has no kernel $name"
    # Newer kernels come in parts.
    mapfile -t packages < <(private_apt apt-cache depends "$image" | awk '/ Depends: linux-(binary|modules)-/ { print $2 }')
    rm -rf "$folder"
    mkdir -p "$folder"
    private_apt_fetch "$folder" "kernel ${image#linux-image-}" download "$image" "${packages[@]}"
    unpack_kernel "$folder" "$name" "${image#linux-image-}"
    rm -rf "$folder"
}

# unpack_kernel FOLDER NAME VERSION: FOLDER has the packages' files. What comes out is complete or not there.
unpack_kernel() {
    local folder=$1 target new deb
    target=$(kernel_folder "$2")
    new=$target.new
    rm -rf "$target" "$new"
    mkdir -p "$new" "$folder/tree"
    for deb in "$folder"/*.deb; do
        # Not every package has every file.
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$folder/tree" --wildcards --no-anchored "${KERNEL_FILES[@]}" 2>/dev/null || true
    done
    find "$folder/tree" -name 'vmlinuz*' -size +1M -exec mv {} "$new/vmlinuz" \;
    [[ -s $new/vmlinuz ]] || die "cannot unpack kernel $3 (is there space left?)"
    collect_modules "$folder/tree" "$folder/modules"
    pack_initramfs "$folder/modules" "$new/modules.gz"
    printf '%s\n' "$3" >"$new/version"
    mv "$new" "$target"
}
# collect_modules TREE FOLDER: FOLDER gets lib/modules/NAME.ko, and lib/modules/order with the names.
collect_modules() {
    local tree=$1 target=$2/lib/modules module file
    mkdir -p "$target"
    find "$tree" -name '*.ko.xz' -exec xz -d {} +
    for module in "${GUEST_MODULES[@]}"; do
        file=$(find "$tree" -name "$module.ko")
        [[ -n $file ]] || die "the kernel's package has no module $module"
        mv "$file" "$target/"
    done
    printf '%s\n' "${GUEST_MODULES[@]}" >"$target/order"
}
