// SPDX-License-Identifier: GPL-2.0-or-later
// The threads of the guest's kernel, which belong to the whole machine.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/target_description.hpp"
#include "gdbserver/inferior.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// None without an operating system, or where it cannot be read. Swappers do not count: they are the vCPUs at rest.
class KernelThreads {
  public:
    /// `os` may be null.
    explicit KernelThreads(osi::Os* os) : os_(os) {}

    /// In the order of their start.
    [[nodiscard]] std::vector<ThreadInfo> list() const;
    [[nodiscard]] std::optional<ThreadInfo> find(std::uint32_t tid) const;
    /// Of a thread that is on no vCPU, where it will go on in the kernel. Unknown is what the kernel does not keep.
    [[nodiscard]] Expected<RegisterBytes> registers(std::uint32_t tid,
                                                    const emulator::TargetDescription& description) const;

  private:
    osi::Os* os_;
};

}  // namespace hvgdb::gdbserver
