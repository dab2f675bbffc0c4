// SPDX-License-Identifier: GPL-2.0-or-later
// BTF made up in a test, type by type.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::osi {

/// BTF_KIND_* of include/uapi/linux/btf.h.
namespace btf_kind {
inline constexpr std::uint32_t kInteger = 1;
inline constexpr std::uint32_t kPointer = 2;
inline constexpr std::uint32_t kArray = 3;
inline constexpr std::uint32_t kStructure = 4;
inline constexpr std::uint32_t kUnion = 5;
inline constexpr std::uint32_t kEnumeration = 6;
inline constexpr std::uint32_t kForward = 7;
inline constexpr std::uint32_t kAlias = 8;
inline constexpr std::uint32_t kConstant = 10;
inline constexpr std::uint32_t kUnknown = 25;
}  // namespace btf_kind

class BtfBuilder {
  public:
    struct Field {
        std::string_view name;
        std::uint32_t type = 0;
        std::uint32_t bits = 0;       // from the structure's start
        std::uint32_t bit_count = 0;  // of a bit field
    };

    /// The new type's number; the first is 1.
    std::uint32_t add(std::uint32_t kind, std::string_view name, std::uint32_t count, std::uint32_t size_or_type,
                      const std::vector<std::uint32_t>& words = {}, bool bit_fields = false) {
        put(types_, text(name));
        put(types_, (bit_fields ? 1U << 31 : 0U) | kind << 24 | count);
        put(types_, size_or_type);
        for (const auto word : words) {
            put(types_, word);
        }
        return ++count_;
    }

    std::uint32_t integer(std::string_view name, std::uint32_t size) {
        return add(btf_kind::kInteger, name, 0, size, {size * 8});
    }
    std::uint32_t pointer(std::uint32_t to) { return add(btf_kind::kPointer, {}, 0, to); }
    std::uint32_t array(std::uint32_t element, std::uint32_t length) {
        return add(btf_kind::kArray, {}, 0, 0, {element, element, length});
    }
    std::uint32_t enumeration(std::string_view name,
                              const std::vector<std::pair<std::string_view, std::uint32_t>>& rows) {
        std::vector<std::uint32_t> words;
        for (const auto& [called, value] : rows) {
            words.push_back(text(called));
            words.push_back(value);
        }
        return add(btf_kind::kEnumeration, name, static_cast<std::uint32_t>(rows.size()), 4, words);
    }
    std::uint32_t structure(std::string_view name, std::uint32_t size, const std::vector<Field>& fields,
                            std::uint32_t kind = btf_kind::kStructure) {
        bool bit_fields = false;
        for (const auto& field : fields) {
            bit_fields = bit_fields || field.bit_count != 0;
        }
        std::vector<std::uint32_t> words;
        for (const auto& field : fields) {
            words.insert(words.end(), {text(field.name), field.type, field.bits | field.bit_count << 24});
        }
        return add(kind, name, static_cast<std::uint32_t>(fields.size()), size, words, bit_fields);
    }
    /// The number that the type added `ahead` types from now will have.
    [[nodiscard]] std::uint32_t next(std::uint32_t ahead = 0) const { return count_ + 1 + ahead; }

    /// As long as a kernel's.
    void pad() {
        while (types_.size() <= 64U << 10) {
            integer("padding_" + std::to_string(count_), 4);
        }
    }

    /// `layout`: for each kind of type a word: bytes once, bytes an element << 8, flags << 16.
    [[nodiscard]] Bytes build(const std::vector<std::uint32_t>& layout = {}) const {
        const std::uint32_t header = layout.empty() ? 24 : 32;
        const auto types = static_cast<std::uint32_t>(types_.size());
        const auto strings = static_cast<std::uint32_t>(strings_.size());
        Bytes blob;
        put(blob, 0x0001eb9f);
        for (const auto word : {header, 0U, types, types, strings}) {
            put(blob, word);
        }
        if (!layout.empty()) {
            put(blob, types + strings);
            put(blob, static_cast<std::uint32_t>(4 * layout.size()));
        }
        blob.insert(blob.end(), types_.begin(), types_.end());
        for (const char c : strings_) {
            blob.push_back(static_cast<std::byte>(c));
        }
        for (const auto row : layout) {
            put(blob, row);
        }
        return blob;
    }

  private:
    static void put(Bytes& out, std::uint32_t word) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            out.push_back(static_cast<std::byte>(word >> shift));
        }
    }
    std::uint32_t text(std::string_view name) {
        if (name.empty()) {
            return 0;
        }
        const auto place = static_cast<std::uint32_t>(strings_.size());
        strings_ += name;
        strings_ += '\0';
        return place;
    }

    Bytes types_;
    std::string strings_ = std::string(1, '\0');
    std::uint32_t count_ = 0;
};

}  // namespace hvgdb::osi
