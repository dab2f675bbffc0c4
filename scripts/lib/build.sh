# SPDX-License-Identifier: GPL-2.0-or-later
# Building, for the scripts that run what was built. To be sourced after common.sh.

# build_product: the release build of the launcher and the plugin, in build/release.
build_product() {
    (
        cd "$HVGDB_ROOT" || exit
        nice cmake --preset release >/dev/null &&
            nice cmake --build --preset release --parallel "$(build_jobs)" --target hvgdb hvgdb_plugin
    ) || die "the build failed"
}

# build_jobs: how many compilers at once; HVGDB_JOBS has the last word.
build_jobs() { printf '%s\n' "${HVGDB_JOBS:-$(nproc)}"; }
