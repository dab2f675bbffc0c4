// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/dwarf_types.hpp"

#include <dwarf.h>
#include <utility>

#include "osi/linux/layout.hpp"

namespace hvgdb::osi {
namespace {

/// Anonymous members in anonymous members.
constexpr unsigned kDepth = 16;
/// Members looked at for one path.
constexpr unsigned kMostVisits = 100'000;
constexpr std::uint64_t kBits = 8;

std::optional<std::uint64_t> number_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word number = 0;
    return dwarf_formudata(dwarf_attr_integrate(&die, name, &attribute), &number) == 0 ? std::optional(number)
                                                                                       : std::nullopt;
}

bool is_alias(Dwarf_Die& die) {
    switch (dwarf_tag(&die)) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_restrict_type:
        case DW_TAG_atomic_type:
            return true;
        default:
            return false;
    }
}

/// Without typedefs and qualifiers.
std::optional<Dwarf_Die> type_of(Dwarf_Die die) {
    constexpr unsigned kMostAliases = 64;
    for (unsigned i = 0; i < kMostAliases; ++i) {
        Dwarf_Attribute attribute;
        Dwarf_Die type;
        if (dwarf_formref_die(dwarf_attr_integrate(&die, DW_AT_type, &attribute), &type) == nullptr) {
            return std::nullopt;
        }
        if (!is_alias(type)) {
            return type;
        }
        die = type;
    }
    return std::nullopt;
}

/// False at the last one, and where the file leads back.
bool go_to_sibling(Dwarf_Die& die) {
    const auto before = dwarf_dieoffset(&die);
    return dwarf_siblingof(&die, &die) == 0 && dwarf_dieoffset(&die) > before;
}

/// Of an array type.
struct Extent {
    std::uint64_t count = 1;  ///< of elements; 0: flexible
    std::uint64_t inner = 1;  ///< of elements in one of the outermost dimension
};

Extent extent_of(Dwarf_Die& array) {
    Extent extent;
    Dwarf_Die range;
    bool is_outermost = true;
    if (dwarf_child(&array, &range) != 0) {
        return {.count = 0, .inner = 0};
    }
    do {
        if (dwarf_tag(&range) != DW_TAG_subrange_type) {
            continue;
        }
        const auto last = number_of(range, DW_AT_upper_bound);
        const auto count = number_of(range, DW_AT_count).value_or(last ? *last + 1 : 0);
        extent.count *= count;
        extent.inner *= std::exchange(is_outermost, false) ? 1 : count;
    } while (go_to_sibling(range));
    return extent;
}

/// 0 when it is not known.
std::uint64_t size_of_type(Dwarf_Die& type, unsigned depth) {
    constexpr std::uint64_t kPointerSize = 8;
    if (dwarf_tag(&type) != DW_TAG_array_type) {
        const bool is_pointer = dwarf_tag(&type) == DW_TAG_pointer_type;
        return number_of(type, DW_AT_byte_size).value_or(is_pointer ? kPointerSize : 0);
    }
    auto element = depth == 0 ? std::nullopt : type_of(type);
    return element ? size_of_type(*element, depth - 1) * extent_of(type).count : 0;
}

bool is_structure(Dwarf_Die& die) {
    const int tag = dwarf_tag(&die);
    return tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_class_type;
}

/// In DWARF 4 and 5 a bit field has its place in bits; before, none is told that we could use.
std::optional<Step<Dwarf_Die>> described(Dwarf_Die& member) {
    auto type = type_of(member);
    if (!type) {
        return std::nullopt;
    }
    Step<Dwarf_Die> step{.type = *type};
    const auto bit_count = number_of(member, DW_AT_bit_size);
    if (!bit_count) {
        step.offset = number_of(member, DW_AT_data_member_location).value_or(0);
        return step;
    }
    const auto bits = number_of(member, DW_AT_data_bit_offset);
    const auto size = size_of_type(*type, kDepth);
    if (!bits || size == 0) {
        return std::nullopt;
    }
    step.offset = *bits / kBits / size * size;
    step.bit_offset = static_cast<unsigned>(*bits - step.offset * kBits);
    step.bit_count = static_cast<unsigned>(*bit_count);
    return step;
}

std::optional<Step<Dwarf_Die>> find(Dwarf_Die structure, std::string_view name, unsigned depth, unsigned& visits) {
    Dwarf_Die member;
    if (depth == 0 || !is_structure(structure) || dwarf_child(&structure, &member) != 0) {
        return std::nullopt;
    }
    do {
        if (dwarf_tag(&member) != DW_TAG_member || ++visits > kMostVisits) {
            continue;
        }
        const char* const own_name = dwarf_diename(&member);
        if (own_name != nullptr && name == own_name) {
            return described(member);
        }
        const auto place = own_name == nullptr ? described(member) : std::nullopt;
        if (place && place->bit_count == 0) {
            if (auto inner = find(place->type, name, depth - 1, visits)) {
                inner->offset += place->offset;
                return inner;
            }
        }
    } while (visits <= kMostVisits && go_to_sibling(member));
    return std::nullopt;
}

}  // namespace

std::unique_ptr<DwarfTypes> DwarfTypes::open(Elf* elf) {
    Dwarf* const dwarf = dwarf_begin_elf(elf, DWARF_C_READ, nullptr);
    if (dwarf == nullptr) {
        return nullptr;
    }
    std::unique_ptr<DwarfTypes> types(new DwarfTypes(dwarf));
    types->index();
    return types;
}

void DwarfTypes::index() {
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        structures_.try_emplace(std::string(spec(static_cast<Field>(i)).structure));
    }
    for (std::size_t i = 0; i < Layout::kStructures; ++i) {
        structures_.try_emplace(std::string(name(static_cast<Structure>(i))));
    }
    std::size_t missing = structures_.size();
    Dwarf_CU* unit = nullptr;
    Dwarf_Die top;
    while (missing > 0 && dwarf_get_units(dwarf_.get(), unit, &unit, nullptr, nullptr, &top, nullptr) == 0) {
        missing -= take_unit(top);
    }
}

std::size_t DwarfTypes::take_unit(Dwarf_Die& unit) {
    std::size_t taken = 0;
    Dwarf_Die die;
    if (dwarf_child(&unit, &die) != 0) {
        return 0;
    }
    do {
        const char* const own_name = is_structure(die) ? dwarf_diename(&die) : nullptr;
        const auto known = own_name == nullptr ? structures_.end() : structures_.find(std::string_view(own_name));
        if (known != structures_.end() && !known->second && dwarf_hasattr(&die, DW_AT_declaration) == 0) {
            known->second = die;
            ++taken;
        }
    } while (go_to_sibling(die));
    return taken;
}

std::optional<Member> DwarfTypes::member(std::string_view structure, std::string_view path) const {
    const auto known = structures_.find(structure);
    if (known == structures_.end() || !known->second) {
        return std::nullopt;
    }
    unsigned visits = 0;
    auto place = follow_path<Dwarf_Die>(*known->second, path, [&](const Dwarf_Die& type, std::string_view part) {
        return find(type, part, kDepth, visits);
    });
    if (!place) {
        return std::nullopt;
    }
    const auto size = size_of_type(place->type, kDepth);
    Member found{.offset = place->offset,
                 .size = size,
                 .element_size = size,
                 .bit_offset = place->bit_offset,
                 .bit_count = place->bit_count};
    if (dwarf_tag(&place->type) == DW_TAG_array_type) {
        auto element = type_of(place->type);
        found.element_size = element ? size_of_type(*element, kDepth) * extent_of(place->type).inner : 0;
    }
    return found;
}

std::optional<std::uint64_t> DwarfTypes::size_of(std::string_view structure) const {
    const auto known = structures_.find(structure);
    if (known == structures_.end() || !known->second) {
        return std::nullopt;
    }
    auto die = *known->second;
    return number_of(die, DW_AT_byte_size);
}

}  // namespace hvgdb::osi
