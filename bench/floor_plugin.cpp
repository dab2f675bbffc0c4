// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin that sees every block translated and instruments none: what QEMU's plugin API itself costs whoever wants to
// see translations at all. With an argument it is told of each access to memory, and does nothing about it. Built by
// bench/floor.py.
#include "emulator/qemu_plugin_api.hpp"

namespace {

void see_block(qemu_plugin_tb* /*block*/, void* /*userdata*/) {}

void see_access(unsigned /*vcpu*/, qemu_plugin_meminfo_t /*info*/, std::uint64_t /*address*/, void* /*userdata*/) {}

void watch_block(qemu_plugin_tb* block, void* /*userdata*/) {
    for (std::size_t index = 0; index < qemu_plugin_tb_n_insns(block); ++index) {
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(block, index), see_access, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_R | QEMU_PLUGIN_MEM_W, nullptr);
    }
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] extern const int qemu_plugin_version;
const int qemu_plugin_version = 7;

[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t plugin, const qemu_info_t* /*info*/, int argc,
                                                       char** /*argv*/) {
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, argc == 0 ? see_block : watch_block, nullptr);
    return 0;
}
}
