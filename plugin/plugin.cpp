// SPDX-License-Identifier: GPL-2.0-or-later
// What QEMU loads: the only file with C entry points of ours.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <span>

#include "emulator/qemu_plugin_api.hpp"
#include "plugin/options.hpp"
#include "plugin/service.hpp"

namespace {

/// Never destroyed: vCPU threads may call into it to the very end.
hvgdb::plugin::Service* service = nullptr;

void on_exit() noexcept {
    service->stop();
}

int complain(const char* what) {
    std::fprintf(stderr, "hvgdb: %s\n", what);
    return 1;
}

int install(qemu_plugin_id_t id, const qemu_info_t& info, std::span<char* const> arguments) {
    const auto options = hvgdb::plugin::parse_options(arguments);
    if (!options) {
        return complain(options.error().detail.c_str());
    }
    if (!info.system_emulation) {
        return complain("this is QEMU's user mode; hvgdb debugs whole machines");
    }
    auto created = hvgdb::plugin::Service::create(id, info, *options);
    if (!created) {
        return complain(created.error().detail.c_str());
    }
    service = created->release();
    // Registered after all that the server thread uses was made, so run before it is destroyed. QEMU's own exit
    // callback comes too late for that.
    std::atexit(on_exit);
    return 0;
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) extern int qemu_plugin_version;
int qemu_plugin_version = 7;

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                                               char** argv) {
    try {
        return install(id, *info, std::span<char* const>(argv, static_cast<std::size_t>(argc)));
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}
}
