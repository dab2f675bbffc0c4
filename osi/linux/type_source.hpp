// SPDX-License-Identifier: GPL-2.0-or-later
// The layout of a kernel's structures, wherever it is known from.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hvgdb::osi {

/// Sizes and offsets in bytes.
struct Member {
    std::uint64_t offset = 0;        ///< from the start of the outermost structure
    std::uint64_t size = 0;          ///< 0 for a flexible array
    std::uint64_t element_size = 0;  ///< of an array, one element; else the same as size
    unsigned bit_offset = 0;         ///< of a bit field, from `offset`
    unsigned bit_count = 0;          ///< of a bit field; else 0
    friend bool operator==(const Member&, const Member&) = default;
};

/// Immutable.
class TypeSource {
  public:
    TypeSource() = default;
    TypeSource(const TypeSource&) = delete;
    TypeSource& operator=(const TypeSource&) = delete;
    virtual ~TypeSource() = default;

    /// `path` names a member, or a member of a member: "pid", "thread.fpu.fpstate", "f_path.mnt". Members of anonymous
    /// structures and unions count as members of what they stand in, at every step. A pointer is not followed. Of an
    /// enumeration, where the source knows those, an enumerator is a member whose offset is its value.
    [[nodiscard]] virtual std::optional<Member> member(std::string_view structure, std::string_view path) const = 0;
    [[nodiscard]] virtual std::optional<std::uint64_t> size_of(std::string_view structure) const = 0;
    /// For people: "BTF in guest memory", "vmlinux-6.1.0 (DWARF)", ...
    [[nodiscard]] virtual std::string_view origin() const = 0;
};

}  // namespace hvgdb::osi
