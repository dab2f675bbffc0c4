// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb calls an inferior: something with a process id, threads, registers and memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::gdbserver {

struct ThreadInfo {
    std::uint32_t tid = 0;
    unsigned core = 0;           ///< the vCPU it is on, or was on last
    std::optional<VcpuId> vcpu;  ///< the one it is on now
    std::string name;
    std::string state;  ///< a few words for `info threads`
};

/// Values of one register or of all, and which of their bytes nobody knows.
struct RegisterBytes {
    Bytes bytes;
    std::vector<bool> unknown;  ///< for each byte; empty: all are known
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
    /// Those from which one is chosen that speaks for all: often, and never many more than vCPUs for the machine.
    [[nodiscard]] virtual std::vector<ThreadInfo> speakers() const { return threads(); }
    /// One of threads().
    [[nodiscard]] virtual std::optional<ThreadInfo> thread(std::uint32_t tid) const;
    [[nodiscard]] virtual const emulator::TargetDescription& description() const = 0;

    /// description().block_size() bytes.
    [[nodiscard]] virtual Expected<RegisterBytes> read_registers(std::uint32_t tid) = 0;
    [[nodiscard]] virtual Expected<void> write_registers(std::uint32_t tid, std::span<const std::byte> block) = 0;
    [[nodiscard]] virtual Expected<RegisterBytes> read_register(std::uint32_t tid, unsigned number) = 0;
    [[nodiscard]] virtual Expected<void> write_register(std::uint32_t tid, unsigned number,
                                                        std::span<const std::byte> value) = 0;
    [[nodiscard]] virtual Expected<std::size_t> read_memory(std::uint32_t tid, VirtAddr address,
                                                            std::span<std::byte> out) = 0;
    [[nodiscard]] virtual Expected<void> write_memory(std::uint32_t tid, VirtAddr address,
                                                      std::span<const std::byte> data) = 0;

    /// The address space in which its user code runs: where its breakpoints count. Nothing: in any. An error: in none.
    [[nodiscard]] virtual Expected<std::optional<AddressSpace>> space() = 0;
    /// Where an instruction of its lies physically.
    [[nodiscard]] virtual emulator::CodePlace code_place(VirtAddr address) = 0;
};

}  // namespace hvgdb::gdbserver
