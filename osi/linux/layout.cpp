// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/layout.hpp"

namespace hvgdb::osi {

namespace {

enum class Need : std::uint8_t { optional, required };

constexpr std::array<FieldSpec, Layout::kFields> kSpecs{{
#define FIELD(id, structure, path, need) {structure, path, Need::need == Need::required},
#define STRUCTURE(name, need)
#include "osi/linux/kernel_fields.def"
#undef FIELD
#undef STRUCTURE
}};

constexpr std::array<std::string_view, Layout::kStructures> kStructureNames{{
#define FIELD(id, structure, path, need)
#define STRUCTURE(name, need) #name,
#include "osi/linux/kernel_fields.def"
#undef FIELD
#undef STRUCTURE
}};

}  // namespace

const FieldSpec& spec(Field field) {
    return kSpecs[static_cast<std::size_t>(field)];
}

std::string_view name(Structure structure) {
    return kStructureNames[static_cast<std::size_t>(structure)];
}

Layout Layout::from(const TypeSource& types) {
    Layout layout;
    for (std::size_t i = 0; i < kFields; ++i) {
        if (const auto member = types.member(kSpecs[i].structure, kSpecs[i].path)) {
            layout.set(static_cast<Field>(i), *member);
        }
    }
    for (std::size_t i = 0; i < kStructures; ++i) {
        layout.sizes_[i] = types.size_of(kStructureNames[i]).value_or(0);
    }
    return layout;
}

std::vector<std::string> Layout::missing() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kFields; ++i) {
        if (kSpecs[i].required && !present_[i]) {
            names.push_back(std::string(kSpecs[i].structure) + "." + std::string(kSpecs[i].path));
        }
    }
    return names;
}

void Layout::set(Field field, const Member& member) {
    members_[index(field)] = member;
    present_[index(field)] = true;
}

}  // namespace hvgdb::osi
