// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_record.hpp"

#include <array>
#include <boost/json.hpp>
#include <cstdint>

#include "osi/name_hash.hpp"

namespace hvgdb::osi {

namespace {

namespace json = boost::json;

/// Changes whenever what the text says changes: by hand, or with the tables of fields and symbols.
std::uint64_t format_number() {
    std::uint64_t hash = name_hash("1");
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        const FieldSpec& row = spec(static_cast<Field>(i));
        hash = name_hash("\n", name_hash(row.path, name_hash(".", name_hash(row.structure, hash))));
    }
    for (std::size_t i = 0; i < Layout::kStructures; ++i) {
        hash = name_hash("\n", name_hash(name(static_cast<Structure>(i)), hash));
    }
    for (std::size_t i = 0; i < KernelSymbols::kSymbols; ++i) {
        hash = name_hash("\n", name_hash(name(static_cast<KernelSymbol>(i)), hash));
    }
    return hash;
}

/// Variables of one CPU have, up to 6.14, small numbers for addresses, which do not move.
bool moves(VirtAddr address) {
    return (address.value >> 63) != 0;
}

/// Numbers of a row, all of which must be there.
template <std::size_t count>
std::optional<std::array<std::uint64_t, count>> numbers(const json::value& row) {
    const auto* const list = row.if_array();
    if (list == nullptr || list->size() != count) {
        return std::nullopt;
    }
    std::array<std::uint64_t, count> out{};
    for (std::size_t i = 0; i < count; ++i) {
        boost::system::error_code error;
        out[i] = (*list)[i].to_number<std::uint64_t>(error);
        if (error) {
            return std::nullopt;
        }
    }
    return out;
}

/// The array of exactly this many elements that a key has.
const json::array* rows(const json::object& record, std::string_view key, std::size_t count) {
    const auto* const value = record.if_contains(key);
    const auto* const list = value != nullptr ? value->if_array() : nullptr;
    return list != nullptr && list->size() == count ? list : nullptr;
}

json::array fields_of(const Layout& layout) {
    json::array list;
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        const auto field = static_cast<Field>(i);
        const Member& member = layout[field];
        list.push_back(layout.has(field) ? json::value{member.offset, member.size, member.element_size,
                                                       member.bit_offset, member.bit_count}
                                         : json::value(nullptr));
    }
    return list;
}

bool read_fields(const json::array& list, Layout& layout) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto row = numbers<5>(list[i]);
        if (!row && !list[i].is_null()) {
            return false;
        }
        if (row) {
            const auto& [offset, size, element_size, bit_offset, bit_count] = *row;
            layout.set(static_cast<Field>(i), Member{offset, size, element_size, static_cast<unsigned>(bit_offset),
                                                     static_cast<unsigned>(bit_count)});
        }
    }
    return true;
}

json::array structures_of(const Layout& layout) {
    json::array list;
    for (std::size_t i = 0; i < Layout::kStructures; ++i) {
        list.emplace_back(layout.size_of(static_cast<Structure>(i)));
    }
    return list;
}

bool read_structures(const json::value& list, Layout& layout) {
    const auto sizes = numbers<Layout::kStructures>(list);
    for (std::size_t i = 0; sizes && i < sizes->size(); ++i) {
        layout.set(static_cast<Structure>(i), (*sizes)[i]);
    }
    return sizes.has_value();
}

json::array symbols_of(const KernelSymbols& addresses, VirtAddr text) {
    json::array list;
    for (std::size_t i = 0; i < KernelSymbols::kSymbols; ++i) {
        const auto address = addresses[static_cast<KernelSymbol>(i)];
        const std::uint64_t base = address && moves(*address) ? text.value : 0;
        list.push_back(address ? json::value{base != 0 ? 1U : 0U, address->value - base} : json::value(nullptr));
    }
    return list;
}

bool read_symbols(const json::array& list, VirtAddr text, KernelSymbols& addresses) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto row = numbers<2>(list[i]);
        if (!row && !list[i].is_null()) {
            return false;
        }
        if (row) {
            const auto& [moving, place] = *row;
            addresses.set(static_cast<KernelSymbol>(i), VirtAddr{place + (moving != 0 ? text.value : 0)});
        }
    }
    return true;
}

json::array places_of(const KallsymsPlaces& places) {
    return json::array{places.count,
                       places.names,
                       places.names_size,
                       places.token_table,
                       places.token_table_size,
                       places.token_index,
                       places.addresses,
                       places.relative_base,
                       static_cast<unsigned>(places.encoding),
                       places.long_lengths ? 1U : 0U};
}

bool read_places(const json::value& list, KallsymsPlaces& places) {
    const auto row = numbers<10>(list);
    if (!row) {
        return false;
    }
    const auto& [count, names, names_size, tokens, tokens_size, index, addresses, base, encoding, long_lengths] = *row;
    places = KallsymsPlaces{.count = static_cast<std::uint32_t>(count),
                            .names = names,
                            .names_size = names_size,
                            .token_table = tokens,
                            .token_table_size = tokens_size,
                            .token_index = index,
                            .addresses = addresses,
                            .relative_base = base,
                            .encoding = static_cast<KallsymsEncoding>(encoding),
                            .long_lengths = long_lengths != 0};
    return encoding <= static_cast<std::uint64_t>(KallsymsEncoding::place_relative) && count == places.count;
}

bool read_string(const json::object& record, std::string_view key, std::string& out) {
    const auto* const value = record.if_contains(key);
    const auto* const text = value != nullptr ? value->if_string() : nullptr;
    if (text != nullptr) {
        out.assign(text->begin(), text->end());
    }
    return text != nullptr;
}

}  // namespace

std::string record_text(const KernelRecord& record, VirtAddr text) {
    return json::serialize(json::object{{"format", format_number()},
                                        {"banner", record.banner},
                                        {"types", record.types_origin},
                                        {"fields", fields_of(record.layout)},
                                        {"structures", structures_of(record.layout)},
                                        {"symbols", symbols_of(record.addresses, text)},
                                        {"kallsyms", places_of(record.kallsyms)}});
}

std::optional<KernelRecord> parse_record(std::string_view record, VirtAddr text) {
    boost::system::error_code error;
    const json::value parsed = json::parse(record, error);
    const auto* const object = error ? nullptr : parsed.if_object();
    const auto* const format = object != nullptr ? object->if_contains("format") : nullptr;
    if (format == nullptr || *format != format_number()) {
        return std::nullopt;
    }
    const auto* const fields = rows(*object, "fields", Layout::kFields);
    const auto* const structures = object->if_contains("structures");
    const auto* const symbols = rows(*object, "symbols", KernelSymbols::kSymbols);
    const auto* const kallsyms = object->if_contains("kallsyms");
    if (fields == nullptr || structures == nullptr || symbols == nullptr || kallsyms == nullptr) {
        return std::nullopt;
    }
    KernelRecord found;
    const bool whole = read_string(*object, "banner", found.banner) &&
                       read_string(*object, "types", found.types_origin) && read_fields(*fields, found.layout) &&
                       read_structures(*structures, found.layout) && read_symbols(*symbols, text, found.addresses) &&
                       read_places(*kallsyms, found.kallsyms);
    return whole ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace hvgdb::osi
