// SPDX-License-Identifier: GPL-2.0-or-later
// Page tables in a few made-up entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "osi/x86_page_walk.hpp"

namespace hvgdb::osi {

inline constexpr std::uint64_t kP = 1;
inline constexpr std::uint64_t kW = 2;
inline constexpr std::uint64_t kU = 4;
inline constexpr std::uint64_t kLarge = 0x80;
inline constexpr std::uint64_t kPat = 0x1000;  // in a large page's entry
inline constexpr std::uint64_t kXd = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kAll = kP | kW | kU;

inline constexpr AddressSpace kRoot{0x1000};

/// Tables at 0x1000 (root), 0x2000, ... : the n-th entry of the way stands in the n-th table.
struct FakeTables {
    std::map<std::uint64_t, std::uint64_t> entries;
    unsigned reads = 0;

    void set(std::uint64_t table, std::uint64_t index, std::uint64_t value) { entries[table + index * 8] = value; }

    EntryReader reader() {
        return [this](PhysAddr where) -> Expected<std::uint64_t> {
            ++reads;
            const auto found = entries.find(where.value);
            if (found == entries.end()) {
                return fail(Errc::fault, "hole");
            }
            return found->second;
        };
    }
};

/// The entries from the root on, for the address made of these indices.
struct Way {
    std::vector<std::uint64_t> indices;
    std::vector<std::uint64_t> entries;
};

inline FakeTables lay_out(const Way& way) {
    FakeTables tables;
    for (std::size_t i = 0; i < way.entries.size(); ++i) {
        tables.set(0x1000 * (i + 1), way.indices[i], way.entries[i]);
    }
    return tables;
}

}  // namespace hvgdb::osi
