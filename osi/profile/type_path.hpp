// SPDX-License-Identifier: GPL-2.0-or-later
// Walks along a path of members.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace hvgdb::osi {

/// One member: where it is in the structure that was searched, and its type.
template <typename Type>
struct Step {
    Type type;
    std::uint64_t offset = 0;  ///< in bytes
    unsigned bit_offset = 0;   ///< of a bit field, from `offset`
    unsigned bit_count = 0;
};

/// `find(structure, name)` gives the Step to a direct member, or one of an anonymous member.
template <typename Type, typename Find>
[[nodiscard]] std::optional<Step<Type>> follow_path(Type structure, std::string_view path, const Find& find) {
    Step<Type> place{.type = std::move(structure)};
    while (true) {
        const auto dot = path.find('.');
        auto step = find(place.type, path.substr(0, dot));
        if (!step) {
            return std::nullopt;
        }
        step->offset += place.offset;
        place = *std::move(step);
        if (dot == std::string_view::npos) {
            return place;
        }
        path.remove_prefix(dot + 1);
    }
}

}  // namespace hvgdb::osi
