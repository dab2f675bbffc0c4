// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/layout_types.hpp"

namespace hvgdb::osi {

std::optional<Member> LayoutTypes::member(std::string_view structure, std::string_view path) const {
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        const auto field = static_cast<Field>(i);
        if (layout_.has(field) && spec(field).structure == structure && spec(field).path == path) {
            return layout_[field];
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> LayoutTypes::size_of(std::string_view structure) const {
    for (std::size_t i = 0; i < Layout::kStructures; ++i) {
        const auto known = static_cast<Structure>(i);
        if (name(known) == structure && layout_.size_of(known) != 0) {
            return layout_.size_of(known);
        }
    }
    return std::nullopt;
}

bool LayoutTypes::empty() const {
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        if (layout_.has(static_cast<Field>(i))) {
            return false;
        }
    }
    return true;
}

}  // namespace hvgdb::osi
