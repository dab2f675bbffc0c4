// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel image in guest memory that can be located: symbols, types and a build id, but no tasks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/guest_memory.hpp"
#include "osi/linux/layout.hpp"
#include "tests/osi/btf_builder.hpp"
#include "tests/osi/kallsyms_image.hpp"
#include "tests/osi/page_table_memory.hpp"

namespace hvgdb::osi {

struct LocatableKernel {
    static constexpr AddressSpace kRoot{0x2000};
    static constexpr AddressSpace kUserRoot{0x3000};
    static constexpr VirtAddr kText = KallsymsImage::kBase;
    static constexpr PhysAddr kPlace{1U << 20};
    static constexpr std::string_view kBanner = "Linux version 6.1.0 (made up)";
    static constexpr std::uint64_t kNote = KallsymsImage::kSize;
    static constexpr std::uint64_t kIdOffset = kNote + 16;
    static constexpr std::uint64_t kTypes = kNote + 0x100;
    static constexpr std::uint64_t kSize = 0x140000;

    /// `missing`: a structure that its types lack.
    explicit LocatableKernel(const KallsymsShape& shape = {}, std::string_view missing = {}) {
        memory.put(kPlace, make_kallsyms_image(shape).bytes);
        memory.put(at(kNote), as_bytes({"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0abcdefghijklmnopqrst", 36}));
        memory.put(at(kTypes), types_without(missing));
        map(kText);
    }

    static constexpr PhysAddr at(std::uint64_t offset) { return PhysAddr{kPlace.value + offset}; }

    /// All of it as constants, then a page of code and one of data.
    void map(VirtAddr text, AddressSpace root = kRoot) {
        memory.map_range(root, text, kPlace, kSize, kP | kXd);
        memory.map(root, VirtAddr{text.value + kSize}, kPlace, kP);
        memory.map(root, VirtAddr{text.value + kSize + PageTableMemory::kPage}, kPlace, kP | kW | kXd);
    }

    /// All that is required, each member 8 bytes behind the one before.
    static Bytes types_without(std::string_view missing) {
        BtfBuilder btf;
        const auto long_type = btf.integer("long", 8);
        std::map<std::string_view, std::vector<BtfBuilder::Field>> structures;
        for (std::size_t i = 0; i < Layout::kFields; ++i) {
            const FieldSpec& row = spec(static_cast<Field>(i));
            auto& fields = structures[row.structure];
            if (row.required && row.structure != missing) {
                fields.push_back(
                    {.name = row.path, .type = long_type, .bits = static_cast<std::uint32_t>(64 * fields.size())});
            }
        }
        for (const auto& [name, fields] : structures) {
            btf.structure(name, static_cast<std::uint32_t>(8 * fields.size()), fields);
        }
        btf.pad();
        return btf.build();
    }

    /// Of a member of a structure in these types.
    static std::uint64_t offset_of(Field wanted) {
        std::uint64_t offset = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(wanted); ++i) {
            const FieldSpec& row = spec(static_cast<Field>(i));
            offset += row.required && row.structure == spec(wanted).structure ? 8 : 0;
        }
        return offset;
    }

    PageTableMemory memory;
};

}  // namespace hvgdb::osi
