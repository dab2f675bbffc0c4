// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hvgdb::emulator {

/// What a process can read of its own address space, at one moment.
class HostMappings {
  public:
    /// Empty when the host does not tell.
    [[nodiscard]] static HostMappings of_this_process();
    /// The text of /proc/PID/maps (proc_pid_maps(5)). Lines that are none are passed over.
    explicit HostMappings(std::string_view maps);

    /// Every byte of it.
    [[nodiscard]] bool readable(std::uint64_t address, std::uint64_t size) const;

  private:
    struct Range {
        std::uint64_t start = 0;
        std::uint64_t end = 0;  ///< behind the last byte
    };
    std::vector<Range> ranges_;
};

}  // namespace hvgdb::emulator
