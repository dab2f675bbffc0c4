// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/btf.hpp"

#include <algorithm>
#include <cstring>

#include "osi/linux/btf_kind.hpp"
#include "osi/name_hash.hpp"

namespace hvgdb::osi {

namespace {

using Kind = BtfKind;

constexpr std::uint64_t kHead = 12;       // name, info, size or type
constexpr std::uint64_t kMember = 12;     // name, type, offset
constexpr std::uint64_t kEnumerator = 8;  // name, value
constexpr std::uint64_t kPointerSize = 8;

// Real ones need a handful of each.
constexpr unsigned kMaxAliases = 32;
constexpr unsigned kMaxDepth = 16;
constexpr unsigned kMaxVisits = 1u << 13;
constexpr std::size_t kLongestName = 256;

std::uint32_t hash_of(std::string_view name) {
    return static_cast<std::uint32_t>(name_hash(name));
}

}  // namespace

/// A type's head. The places of its members and so on follow it.
struct Btf::Record {
    std::uint32_t name = 0;
    std::uint32_t info = 0;
    std::uint32_t size_or_type = 0;
    std::size_t rest = 0;  // where in the type section what follows the head begins

    // Old kernels, with 16 and 5 bits, leave the others 0.
    [[nodiscard]] std::uint32_t count() const { return info & 0xffffff; }
    [[nodiscard]] Kind kind() const { return static_cast<Kind>((info >> 24) & 0x7f); }
    [[nodiscard]] bool has_bit_fields() const { return (info >> 31) != 0; }
    [[nodiscard]] bool is_structure() const { return kind() == Kind::structure || kind() == Kind::union_type; }
};

Expected<std::unique_ptr<Btf>> Btf::parse(Bytes blob, std::string origin) {
    auto btf = std::unique_ptr<Btf>(new Btf(std::move(blob), std::move(origin)));
    const auto sections = btf_sections(btf->blob_);
    if (!sections) {
        return std::unexpected(sections.error());
    }
    btf->sections_ = *sections;
    if (auto indexed = btf->index(); !indexed) {
        return std::unexpected(indexed.error());
    }
    return btf;
}

Expected<void> Btf::index() {
    constexpr std::size_t kUsualRecord = 24;
    places_.reserve(sections_.types.size() / kUsualRecord);
    places_.push_back(0);
    for (std::size_t place = 0; place < sections_.types.size();) {
        const std::size_t left = sections_.types.size() - place;
        const auto size = left < kHead ? std::nullopt : record_size(record_at(place));
        if (!size || *size > left) {
            return fail(Errc::bad_argument, "type " + std::to_string(places_.size()) + " of the BTF " +
                                                (left < kHead || size ? "is cut off" : "is of an unknown kind"));
        }
        const Record record = record_at(place);
        const bool has_members = record.is_structure() || record.kind() == Kind::enumeration;
        if (has_members && record.name != 0) {
            named_.push_back(Name{hash_of(text(record.name)), static_cast<TypeId>(places_.size())});
        }
        places_.push_back(static_cast<std::uint32_t>(place));
        place += *size;
    }
    std::ranges::sort(named_);
    return {};
}

std::optional<std::uint64_t> Btf::record_size(const Record& record) const {
    const std::uint64_t count = record.count();
    switch (record.kind()) {
        case Kind::integer:
        case Kind::variable:
        case Kind::declaration_tag:
            return kHead + 4;
        case Kind::array:
            return kHead + 12;
        case Kind::structure:
        case Kind::union_type:
        case Kind::section:
        case Kind::enumeration64:
            return kHead + 12 * count;
        case Kind::enumeration:
        case Kind::prototype:
            return kHead + kEnumerator * count;
        case Kind::pointer:
        case Kind::forward:
        case Kind::alias:
        case Kind::volatile_type:
        case Kind::const_type:
        case Kind::restrict_type:
        case Kind::function:
        case Kind::floating:
        case Kind::type_tag:
            return kHead;
    }
    // struct btf_layout: bytes once, bytes for each element, flags.
    constexpr std::size_t kRow = 4;
    const std::size_t row = kRow * static_cast<std::size_t>(record.kind());
    if (row == 0 || row + kRow > sections_.layout.size()) {
        return std::nullopt;
    }
    return kHead + std::to_integer<std::uint64_t>(sections_.layout[row]) +
           count * std::to_integer<std::uint64_t>(sections_.layout[row + 1]);
}

std::uint32_t Btf::word(std::size_t place) const {
    std::uint32_t value = 0;
    std::memcpy(&value, sections_.types.data() + place, sizeof value);
    return value;
}

std::string_view Btf::text(std::uint32_t offset) const {
    if (offset >= sections_.strings.size()) {
        return {};
    }
    const auto rest = sections_.strings.subspan(offset);
    const auto* const start = reinterpret_cast<const char*>(rest.data());
    return {start, strnlen(start, std::min(rest.size(), kLongestName))};
}

Btf::Record Btf::record_at(std::size_t place) const {
    return Record{word(place), word(place + 4), word(place + 8), place + kHead};
}

std::optional<Btf::Record> Btf::record(TypeId id) const {
    return id == 0 || id >= places_.size() ? std::nullopt : std::optional(record_at(places_[id]));
}

/// Behind type names and qualifiers.
std::optional<Btf::Record> Btf::stripped(TypeId id) const {
    for (unsigned i = 0; i < kMaxAliases; ++i) {
        const auto found = record(id);
        if (!found) {
            return std::nullopt;
        }
        switch (found->kind()) {
            case Kind::alias:
            case Kind::volatile_type:
            case Kind::const_type:
            case Kind::restrict_type:
            case Kind::type_tag:
                id = found->size_or_type;
                break;
            default:
                return found;
        }
    }
    return std::nullopt;
}

std::optional<Btf::Record> Btf::called(std::string_view name, bool structure) const {
    const std::uint32_t hash = hash_of(name);
    auto at = std::ranges::lower_bound(named_, hash, {}, &Name::hash);
    for (unsigned tries = 0; at != named_.end() && at->hash == hash && tries < kMaxVisits; ++at, ++tries) {
        const Record found = record_at(places_[at->id]);
        if (found.is_structure() == structure && text(found.name) == name) {
            return found;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Btf::type_size(TypeId id, unsigned depth) const {
    const auto type = stripped(id);
    if (!type || depth > kMaxDepth) {
        return std::nullopt;
    }
    switch (type->kind()) {
        case Kind::integer:
        case Kind::structure:
        case Kind::union_type:
        case Kind::enumeration:
        case Kind::enumeration64:
        case Kind::floating:
            return type->size_or_type;
        case Kind::pointer:
            return kPointerSize;
        case Kind::array: {
            const auto element = type_size(word(type->rest), depth + 1);
            std::uint64_t size = 0;
            const bool fits = element && !__builtin_mul_overflow(*element, word(type->rest + 8), &size);
            return fits ? std::optional(size) : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

std::optional<Btf::Place> Btf::find(const Record& structure, std::string_view name, unsigned& visits,
                                    unsigned depth) const {
    for (std::uint32_t i = 0; i < structure.count(); ++i) {
        if (++visits > kMaxVisits) {
            return std::nullopt;
        }
        const std::size_t member = structure.rest + kMember * i;
        const std::uint32_t offset = word(member + 8);
        const Place place = structure.has_bit_fields() ? Place{offset & 0xffffff, offset >> 24, word(member + 4)}
                                                       : Place{offset, 0, word(member + 4)};
        const std::string_view called = text(word(member));
        if (called == name) {
            return place;
        }
        const auto inner = called.empty() && depth < kMaxDepth ? stripped(place.type) : std::nullopt;
        if (inner && inner->is_structure()) {
            if (auto found = find(*inner, name, visits, depth + 1)) {
                found->bits += place.bits;
                return found;
            }
        }
    }
    return std::nullopt;
}

std::optional<Member> Btf::described(const Place& place) const {
    constexpr std::uint64_t kBits = 8;
    const auto size = type_size(place.type);
    if (!size || (place.bit_count == 0 && place.bits % kBits != 0)) {
        return std::nullopt;
    }
    Member member{.offset = place.bits / kBits, .size = *size, .element_size = *size};
    if (place.bit_count != 0 && *size != 0) {
        const std::uint64_t unit = place.bits / kBits / *size * *size;
        const bool within = place.bits - unit * kBits + place.bit_count <= *size * kBits;
        member.offset = within ? unit : member.offset;
        member.bit_offset = static_cast<unsigned>(place.bits - member.offset * kBits);
        member.bit_count = place.bit_count;
    }
    if (const auto type = stripped(place.type); type && type->kind() == Kind::array) {
        member.element_size = type_size(word(type->rest)).value_or(0);
    }
    return member;
}

std::optional<Member> Btf::enumerator(const Record& enumeration, std::string_view name) const {
    const std::uint32_t count = std::min(enumeration.count(), kMaxVisits);
    for (std::size_t at = enumeration.rest; at < enumeration.rest + kEnumerator * count; at += kEnumerator) {
        if (text(word(at)) == name) {
            return Member{.offset = word(at + 4)};
        }
    }
    return std::nullopt;
}

std::optional<Member> Btf::member(std::string_view structure, std::string_view path) const {
    auto within = called(structure, true);
    if (const auto enumeration = within ? std::nullopt : called(structure, false)) {
        return enumerator(*enumeration, path);
    }
    std::uint64_t bits = 0;
    unsigned visits = 0;
    while (within && within->is_structure()) {
        const auto dot = path.find('.');
        const std::string_view name = path.substr(0, dot);
        auto place = name.empty() ? std::nullopt : find(*within, name, visits);
        if (!place) {
            return std::nullopt;
        }
        place->bits += bits;
        if (dot == std::string_view::npos) {
            return described(*place);
        }
        bits = place->bits;
        within = place->bit_count == 0 ? stripped(place->type) : std::nullopt;
        path.remove_prefix(dot + 1);
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Btf::size_of(std::string_view structure) const {
    const auto found = called(structure, true);
    return found ? std::optional<std::uint64_t>(found->size_or_type) : std::nullopt;
}

}  // namespace hvgdb::osi
