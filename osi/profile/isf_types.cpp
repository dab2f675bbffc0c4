// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/isf_types.hpp"

#include <boost/json.hpp>

namespace hvgdb::osi {
namespace {

namespace json = boost::json;

/// Types in types, arrays of arrays, anonymous members in anonymous members.
constexpr unsigned kDepth = 16;
/// Structures looked into for one path.
constexpr unsigned kMostVisits = 1000;
constexpr std::uint64_t kLargestSize = std::uint64_t{1} << 32;

const json::object* object_in(const json::object* object, std::string_view key) {
    const auto* const value = object == nullptr ? nullptr : object->if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

std::string_view text_in(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

std::optional<std::uint64_t> number_in(const json::object* object, std::string_view key) {
    const auto* const value = object == nullptr ? nullptr : object->if_contains(key);
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto number = value->to_number<std::uint64_t>(error);
    return error || number > kLargestSize ? std::nullopt : std::optional(number);
}

bool is_structure(std::string_view kind) {
    return kind == "struct" || kind == "union" || kind == "class";
}

}  // namespace

const json::object* IsfTypes::section(std::string_view name, std::string_view key) const {
    return object_in(object_in(&document_, name), key);
}

const json::object* IsfTypes::structure_of(const Object* type) const {
    return type != nullptr && is_structure(text_in(*type, "kind")) ? section("user_types", text_in(*type, "name"))
                                                                   : nullptr;
}

std::optional<Step<const json::object*>> IsfTypes::find(const Object* structure, std::string_view name, unsigned depth,
                                                        unsigned& visits) const {
    const auto* const fields = object_in(structure, "fields");
    if (fields == nullptr || depth == 0 || ++visits > kMostVisits) {
        return std::nullopt;
    }
    if (const auto* const field = object_in(fields, name)) {
        const auto* const type = object_in(field, "type");
        const auto offset = number_in(field, "offset");
        if (type == nullptr || !offset) {
            return std::nullopt;
        }
        return Step<const Object*>{.type = type, .offset = *offset};
    }
    for (const auto& [key, value] : *fields) {
        const auto* const field = value.if_object();
        const auto* const anonymous = field == nullptr ? nullptr : field->if_contains("anonymous");
        const auto offset = number_in(field, "offset");
        if (anonymous == nullptr || *anonymous != json::value(true) || !offset) {
            continue;
        }
        if (auto step = find(structure_of(object_in(field, "type")), name, depth - 1, visits)) {
            step->offset += *offset;
            return step;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> IsfTypes::size_of_type(const Object* type, unsigned depth) const {
    if (type == nullptr || depth == 0) {
        return std::nullopt;
    }
    const auto kind = text_in(*type, "kind");
    const auto name = text_in(*type, "name");
    if (kind == "array") {
        const auto element = size_of_type(object_in(type, "subtype"), depth - 1);
        const auto count = number_in(type, "count");
        return element && count && *element <= kLargestSize ? std::optional(*element * *count) : std::nullopt;
    }
    if (kind == "bitfield") {
        return size_of_type(object_in(type, "type"), depth - 1);
    }
    if (kind == "pointer") {
        return number_in(section("base_types", "pointer"), "size");
    }
    const auto* const place = kind == "enum"       ? section("enums", name)
                              : is_structure(kind) ? section("user_types", name)
                                                   : section("base_types", name);
    return number_in(place, "size");
}

std::optional<Member> IsfTypes::member(std::string_view structure, std::string_view path) const {
    const auto* const outermost = section("user_types", structure);
    if (outermost == nullptr) {
        return std::nullopt;
    }
    bool is_first = true;
    unsigned visits = 0;
    const auto place = follow_path<const Object*>(outermost, path, [&](const Object* type, std::string_view name) {
        const auto* const searched = std::exchange(is_first, false) ? type : structure_of(type);
        return find(searched, name, kDepth, visits);
    });
    const auto size = place ? size_of_type(place->type, kDepth) : std::nullopt;
    if (!size) {
        return std::nullopt;
    }
    Member found{.offset = place->offset, .size = *size, .element_size = *size};
    const auto kind = text_in(*place->type, "kind");
    if (kind == "array") {
        found.element_size = size_of_type(object_in(place->type, "subtype"), kDepth).value_or(*size);
    } else if (kind == "bitfield") {
        found.bit_offset = static_cast<unsigned>(number_in(place->type, "bit_position").value_or(0));
        found.bit_count = static_cast<unsigned>(number_in(place->type, "bit_length").value_or(0));
    }
    return found;
}

std::optional<std::uint64_t> IsfTypes::size_of(std::string_view structure) const {
    return number_in(section("user_types", structure), "size");
}

}  // namespace hvgdb::osi
