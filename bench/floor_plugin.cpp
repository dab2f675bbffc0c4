// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin that sees every block translated and instruments none: what QEMU's plugin API itself costs whoever wants to
// see translations at all. Built by bench/floor.py.
#include "emulator/qemu_plugin_api.hpp"

namespace {

void see_block(qemu_plugin_tb* /*block*/, void* /*userdata*/) {}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] extern const int qemu_plugin_version;
const int qemu_plugin_version = 7;

[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t plugin, const qemu_info_t* /*info*/,
                                                       int /*argc*/, char** /*argv*/) {
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, see_block, nullptr);
    return 0;
}
}
