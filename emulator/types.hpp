// SPDX-License-Identifier: GPL-2.0-or-later
// The vocabulary every folder shares: addresses, vCPUs, errors.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace hvgdb {

/// A guest virtual address. Means something only together with an address space.
struct VirtAddr {
    std::uint64_t value = 0;
    friend auto operator<=>(VirtAddr, VirtAddr) = default;
};

/// A guest physical address.
struct PhysAddr {
    std::uint64_t value = 0;
    friend auto operator<=>(PhysAddr, PhysAddr) = default;
};

/// A page-table root: the base register's address bits, without flags or address-space numbers (x86: CR3 without its
/// low 12 bits, the PCID, and without bit 63; Intel SDM vol. 3, 4.5 and 4.10). With page-table isolation a Linux
/// process has two, one for user mode and one for kernel mode.
struct AddressSpace {
    std::uint64_t root = 0;
    friend auto operator<=>(AddressSpace, AddressSpace) = default;
};

/// Index of a virtual CPU, from 0, as in QEMU's command line and in gdb's `core`.
struct VcpuId {
    unsigned index = 0;
    friend auto operator<=>(VcpuId, VcpuId) = default;
};

using Bytes = std::vector<std::byte>;

enum class Errc : std::uint8_t {
    bad_argument,  ///< malformed or out of range, whoever sent it
    fault,         ///< no memory at that address
    unsupported,   ///< this machine, architecture or QEMU cannot do it
    running,       ///< needs a paused machine
    not_found,     ///< no such vCPU, register, site, ...
    timeout,       ///< the other side did not answer in time
    gone,          ///< the emulator ended
    protocol,      ///< the other side answered nonsense
};

/// What went wrong and, for people, in which words. `detail` is one line without a final full stop.
struct Error {
    Errc code = Errc::bad_argument;
    std::string detail;
};

template <typename T>
using Expected = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string detail) {
    return std::unexpected(Error{code, std::move(detail)});
}

}  // namespace hvgdb
