// SPDX-License-Identifier: GPL-2.0-or-later
// How QEMU's stub is told to run, and how it tells that it stopped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/machine.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// QEMU's name for a vCPU.
[[nodiscard]] constexpr unsigned stub_thread(VcpuId vcpu) {
    return vcpu.index + 1;
}

/// A ResumePlan checked and written as QEMU's stub wants it.
struct ResumeCommand {
    std::string packet;           ///< "vCont;s:2;c"
    std::vector<VcpuId> stepped;  ///< which vCPUs step
};

/// `not_found` for a vCPU the machine does not have, `bad_argument` when none is to run.
[[nodiscard]] Expected<ResumeCommand> make_resume_command(const ResumePlan& plan, unsigned vcpu_count);

/// What a stop reply means after `stepped` vCPUs were told to step. An unknown signal is `interrupted`. `protocol` for
/// anything that is no stop reply. QEMU names a thread in each; it is the one that stopped only where the vCPU raised a
/// debug exception itself (signal 5).
[[nodiscard]] Expected<MachineStop> parse_stop_reply(std::string_view body, const std::vector<VcpuId>& stepped,
                                                     unsigned vcpu_count);

/// The vCPU that QEMU's stub has selected by sending this stop reply: one that raised a debug exception (QEMU,
/// gdbstub/system.c: gdb_set_stop_cpu). Nothing for all other replies.
[[nodiscard]] std::optional<VcpuId> selected_by(std::string_view stop_reply, unsigned vcpu_count);

}  // namespace hvgdb::emulator
