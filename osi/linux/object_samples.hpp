// SPDX-License-Identifier: GPL-2.0-or-later
// Finding a member by comparing many objects of its type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "osi/linux/layout.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// A stretch of each of several objects, copied. Offsets are counted from where the objects are said to be, and may be
/// negative.
class ObjectSamples {
  public:
    static constexpr std::size_t kWord = 8;

    /// The bytes from `first`, which is not above 0, to in front of `end` of each object; as many of them, from the
    /// object on in both directions, as can be read.
    ObjectSamples(const MemoryReader& memory, std::span<const VirtAddr> objects, std::int64_t first, std::int64_t end);

    [[nodiscard]] std::size_t count() const { return objects_.size(); }
    [[nodiscard]] VirtAddr object(std::size_t index) const { return objects_[index]; }
    [[nodiscard]] std::int64_t first() const { return first_; }
    [[nodiscard]] std::int64_t end() const { return end_; }
    /// Nothing unless all of its bytes were copied.
    [[nodiscard]] std::optional<std::uint64_t> number(std::size_t index, std::int64_t offset,
                                                      std::size_t size = kWord) const;

    /// The offsets, multiples of `size`, of numbers of that size for which holds(index, number, offset) in every
    /// object.
    template <typename Holds>
    [[nodiscard]] std::vector<std::int64_t> where(std::size_t size, Holds holds) const;

  private:
    /// Of what was copied, within the stretch.
    struct Copied {
        std::size_t start = 0;
        std::size_t end = 0;
    };
    [[nodiscard]] std::size_t stride() const { return static_cast<std::size_t>(end_ - first_); }
    [[nodiscard]] Copied copy(const MemoryReader& memory, VirtAddr object, std::span<std::byte> out) const;

    std::vector<VirtAddr> objects_;
    std::int64_t first_;
    std::int64_t end_;
    std::vector<Copied> copied_;
    std::vector<std::byte> bytes_;
};

template <typename Holds>
std::vector<std::int64_t> ObjectSamples::where(std::size_t size, Holds holds) const {
    std::vector<std::int64_t> found;
    for (std::int64_t offset = first_; offset < end_; offset += static_cast<std::int64_t>(size)) {
        bool all = !objects_.empty();
        for (std::size_t index = 0; all && index < objects_.size(); ++index) {
            const auto value = number(index, offset, size);
            all = value && holds(index, *value, offset);
        }
        if (all) {
            found.push_back(offset);
        }
    }
    return found;
}

/// The only one; nothing when there are none or several.
[[nodiscard]] inline std::optional<std::int64_t> only(std::span<const std::int64_t> offsets) {
    return offsets.size() == 1 ? std::optional(offsets.front()) : std::nullopt;
}

/// A member that is one number of this size.
[[nodiscard]] inline Member plain_member(std::int64_t offset, std::uint64_t size = ObjectSamples::kWord) {
    return {.offset = static_cast<std::uint64_t>(offset), .size = size, .element_size = size};
}

}  // namespace hvgdb::osi
