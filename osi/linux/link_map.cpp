// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/link_map.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMostProgramHeaders = 256;
constexpr std::size_t kMostDynamicEntries = 1024;
constexpr std::size_t kMostNameSpaces = 64;
constexpr std::size_t kLongestName = 4096;
/// Of all names together.
constexpr std::size_t kMostNameBytes = std::size_t{1} << 20;

/// Offsets in the structures of a program's class (elf.h, link.h).
struct Class {
    std::size_t word;
    std::size_t header_size;
    std::size_t header_address;  ///< p_vaddr
    std::size_t header_length;   ///< p_memsz
};
constexpr Class kClass32{.word = 4, .header_size = 32, .header_address = 8, .header_length = 20};
constexpr Class kClass64{.word = 8, .header_size = 56, .header_address = 16, .header_length = 40};

class LinkMapReader {
  public:
    LinkMapReader(const MemoryReader& process, bool compat) : process_(process), class_(compat ? kClass32 : kClass64) {}

    [[nodiscard]] std::vector<Library> read(std::span<const AuxiliaryEntry> auxiliary_vector) {
        const auto dynamic = dynamic_section(auxiliary_vector);
        auto debug = dynamic ? debug_structure(*dynamic) : std::nullopt;
        for (std::size_t i = 0; debug && i < kMostNameSpaces && known_.insert(debug->value).second; ++i) {
            debug = add_name_space(*debug);
        }
        return std::move(found_);
    }

  private:
    struct Section {
        VirtAddr start;
        std::uint64_t size = 0;
    };

    [[nodiscard]] std::optional<std::uint64_t> word(VirtAddr start, std::size_t offset) const {
        return process_.number(VirtAddr{start.value + offset}, class_.word);
    }
    /// The n-th of words in a row.
    [[nodiscard]] std::optional<VirtAddr> pointer(VirtAddr start, std::size_t index) const {
        const auto value = word(start, index * class_.word);
        return value ? std::optional(VirtAddr{*value}) : std::nullopt;
    }
    [[nodiscard]] VirtAddr wrapped(std::uint64_t address) const {
        return VirtAddr{class_.word == kClass32.word ? static_cast<std::uint32_t>(address) : address};
    }

    /// Where the program's headers are linked to be is told by the one that describes them all.
    [[nodiscard]] std::optional<Section> dynamic_section(std::span<const AuxiliaryEntry> auxiliary_vector) const {
        // include/uapi/linux/auxvec.h, include/uapi/linux/elf.h
        constexpr std::uint64_t kHeaders = 3;
        constexpr std::uint64_t kHeaderSize = 4;
        constexpr std::uint64_t kHeaderCount = 5;
        constexpr std::uint64_t kDynamic = 2;
        constexpr std::uint64_t kHeadersThemselves = 6;
        const auto value = [&](std::uint64_t type) {
            const auto entry = std::ranges::find(auxiliary_vector, type, &AuxiliaryEntry::type);
            return entry == auxiliary_vector.end() ? 0 : entry->value;
        };
        const auto headers = value(kHeaders);
        if (headers == 0 || value(kHeaderSize) != class_.header_size) {
            return std::nullopt;
        }
        std::uint64_t bias = 0;
        std::optional<Section> dynamic;
        const auto count = std::min<std::uint64_t>(value(kHeaderCount), kMostProgramHeaders);
        for (std::uint64_t i = 0; i < count; ++i) {
            const VirtAddr header{headers + i * class_.header_size};
            const auto type = process_.number(header, 4);
            const auto address = word(header, class_.header_address);
            const auto size = word(header, class_.header_length);
            if (!type || !address || !size) {
                return std::nullopt;
            }
            if (*type == kHeadersThemselves) {
                bias = headers - *address;
            } else if (*type == kDynamic) {
                dynamic = {.start = VirtAddr{*address}, .size = *size};
            }
        }
        if (dynamic) {
            dynamic->start = wrapped(dynamic->start.value + bias);
        }
        return dynamic;
    }

    [[nodiscard]] std::optional<VirtAddr> debug_structure(const Section& dynamic) const {
        constexpr std::uint64_t kEnd = 0;     // DT_NULL
        constexpr std::uint64_t kDebug = 21;  // DT_DEBUG
        const auto count = std::min<std::uint64_t>(dynamic.size / (2 * class_.word), kMostDynamicEntries);
        for (std::size_t i = 0; i < count; ++i) {
            const auto tag = pointer(dynamic.start, 2 * i);
            if (!tag || tag->value == kEnd) {
                break;
            }
            if (tag->value == kDebug) {
                const auto debug = pointer(dynamic.start, 2 * i + 1);
                return debug && debug->value != 0 ? debug : std::nullopt;
            }
        }
        return std::nullopt;
    }

    /// The next namespace's struct r_debug.
    std::optional<VirtAddr> add_name_space(VirtAddr debug) {
        constexpr std::size_t kFirst = 1;  // r_map; r_brk, r_state and r_ldbase follow
        constexpr std::size_t kNext = 5;   // r_next of struct r_debug_extended, glibc 2.35
        constexpr std::uint64_t kExtended = 2;
        const auto version = process_.number(debug, 4);
        if (!version || *version == 0) {
            return std::nullopt;  // the linker has not come that far
        }
        add_list(debug, pointer(debug, kFirst));
        const auto next = *version >= kExtended ? pointer(debug, kNext) : std::nullopt;
        return next && next->value != 0 ? next : std::nullopt;
    }

    void add_list(VirtAddr name_space, std::optional<VirtAddr> entry) {
        constexpr std::size_t kWords = 4;  // l_addr, l_name, l_ld, l_next
        while (entry && entry->value != 0 && found_.size() < kMostLibraries && known_.insert(entry->value).second) {
            std::array<VirtAddr, kWords> values{};
            for (std::size_t i = 0; i < kWords; ++i) {
                const auto value = pointer(*entry, i);
                if (!value) {
                    return;
                }
                values[i] = *value;
            }
            const auto [base, name, dynamic, next] = values;
            found_.push_back({.name = name_at(name),
                              .link_map = *entry,
                              .base = base,
                              .dynamic = dynamic,
                              .name_space = name_space});
            entry = next;
        }
    }

    [[nodiscard]] std::string name_at(VirtAddr address) {
        const auto limit = std::min(kLongestName, kMostNameBytes - name_bytes_);
        auto name = process_.text(address, limit).value_or("");
        name_bytes_ += name.size();
        return name;
    }

    const MemoryReader& process_;
    Class class_;
    std::vector<Library> found_;
    std::unordered_set<std::uint64_t> known_;  ///< addresses of structures read
    std::size_t name_bytes_ = 0;
};

}  // namespace

std::vector<Library> loaded_libraries(const MemoryReader& process, std::span<const AuxiliaryEntry> auxiliary_vector,
                                      bool compat) {
    return LinkMapReader(process, compat).read(auxiliary_vector);
}

}  // namespace hvgdb::osi
