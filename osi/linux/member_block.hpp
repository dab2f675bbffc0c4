// SPDX-License-Identifier: GPL-2.0-or-later
// Several members of one structure in one read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

/// Holds one object at a time. The kernel's memory must outlive it.
class MemberBlock {
  public:
    /// Fields of one structure. Those that the layout lacks are lacking in every object.
    MemberBlock(const KernelMemory& kernel, std::initializer_list<Field> fields);

    /// False when the object cannot be read whole, when the layout has none of the fields, or when they lie further
    /// apart than 512 bytes: then nothing may be asked of it.
    [[nodiscard]] bool read(VirtAddr object);
    [[nodiscard]] bool has(Field field) const { return kernel_.has(field); }
    /// 0 when the layout lacks the member.
    [[nodiscard]] std::uint64_t number(Field field) const;
    [[nodiscard]] VirtAddr pointer(Field field) const { return VirtAddr{number(field)}; }
    /// What was read of these addresses: nothing, unless it was all of them.
    [[nodiscard]] std::span<const std::byte> bytes(VirtAddr address, std::size_t size) const;

  private:
    static constexpr std::size_t kMaxSize = 512;

    const KernelMemory& kernel_;
    std::uint64_t first_ = 0;
    std::uint64_t size_ = 0;
    VirtAddr start_;
    std::array<std::byte, kMaxSize> bytes_;
};

}  // namespace hvgdb::osi
