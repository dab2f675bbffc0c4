// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb calls an inferior: something with a process id, threads, registers and memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::gdbserver {

struct ThreadInfo {
    std::uint32_t tid = 0;
    unsigned core = 0;  ///< the vCPU it is on, or was on last
    std::string name;
    std::string state;  ///< a few words for `info threads`
};

/// The server's thread only. Calls with a tid that is none of threads() fail with `not_found`; reads and writes fail
/// as those of emulator::Machine do.
class Inferior {
  public:
    Inferior() = default;
    Inferior(const Inferior&) = delete;
    Inferior& operator=(const Inferior&) = delete;
    virtual ~Inferior() = default;

    [[nodiscard]] virtual std::uint32_t pid() const = 0;
    [[nodiscard]] virtual std::vector<ThreadInfo> threads() const = 0;
    [[nodiscard]] virtual const emulator::TargetDescription& description() const = 0;

    [[nodiscard]] virtual Expected<Bytes> read_registers(std::uint32_t tid) = 0;
    [[nodiscard]] virtual Expected<void> write_registers(std::uint32_t tid, std::span<const std::byte> block) = 0;
    [[nodiscard]] virtual Expected<Bytes> read_register(std::uint32_t tid, unsigned number) = 0;
    [[nodiscard]] virtual Expected<void> write_register(std::uint32_t tid, unsigned number,
                                                        std::span<const std::byte> value) = 0;
    [[nodiscard]] virtual Expected<std::size_t> read_memory(std::uint32_t tid, VirtAddr address,
                                                            std::span<std::byte> out) = 0;
    [[nodiscard]] virtual Expected<void> write_memory(std::uint32_t tid, VirtAddr address,
                                                      std::span<const std::byte> data) = 0;
};

}  // namespace hvgdb::gdbserver
