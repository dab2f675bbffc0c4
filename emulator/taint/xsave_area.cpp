// SPDX-License-Identifier: GPL-2.0-or-later
// The area that FXSAVE and XSAVE write (Intel SDM vol. 1, 10.5.1 and 13.4). In the compacted form the upper halves of
// the YMM registers are at the same place, since they are the first of the components that can follow.
#include <algorithm>
#include <optional>

#include "emulator/taint/interpreter.hpp"

namespace hvgdb::emulator::taint {

namespace {

struct Part {
    std::uint32_t offset;
    std::uint32_t distance;  ///< from one register to the next
    std::uint32_t used;      ///< bytes of it
    unsigned count;
    Slot first;
    unsigned slot_distance;
};

constexpr std::array kParts{
    Part{32, 16, kX87Size, kX87Registers, kX87Slots, kX87Size},
    Part{160, 16, kXmmSize, kVectors, kVectorSlots, kYmmSize},
    Part{576, 16, kXmmSize, kVectors, kVectorSlots + kXmmSize, kYmmSize},
};

std::optional<Slot> slot_at(std::uint32_t offset) {
    for (const auto& part : kParts) {
        if (offset < part.offset || offset - part.offset >= part.distance * part.count) {
            continue;
        }
        const auto number = (offset - part.offset) / part.distance;
        const auto byte = (offset - part.offset) % part.distance;
        if (byte < part.used) {
            return static_cast<Slot>(part.first + number * part.slot_distance + byte);
        }
    }
    return std::nullopt;
}

}  // namespace

void VcpuTaint::area_access(const Access& access) {
    const unsigned size = std::min<unsigned>(access.size + access.rest, kMostBytes);
    std::array<SetId, kMostBytes> sets{};
    if (!access.is_store && !read_memory(access, std::span(sets).first(size)) && clean()) {
        return;
    }
    RegisterMask changed = 0;
    for (unsigned i = 0; i < size; ++i) {
        const auto slot = slot_at(access.offset + i);
        if (!slot) {
            continue;
        }
        if (access.is_store) {
            sets[i] = registers_.slots()[*slot];
        } else {
            registers_.slots()[*slot] = sets[i];
            changed |= register_mask({*slot, 1});
        }
    }
    if (access.is_store) {
        store(sets.data(), access, size);
    }
    registers_.recount(changed);
}

}  // namespace hvgdb::emulator::taint
