// SPDX-License-Identifier: GPL-2.0-or-later
// Looking a name up in an ELF file's tables of symbols.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "osi/elf_reader.hpp"
#include "osi/elf_symbols.hpp"

namespace hvgdb::osi {

/// Format: ElfFormat32 or ElfFormat64. For one name; keeps the places where the name is.
template <typename Format>
class ElfSymbolSearch {
  public:
    ElfSymbolSearch(ElfReader& reader, std::uint64_t sections_offset, std::uint64_t section_count)
        : reader_(reader), sections_offset_(sections_offset), section_count_(section_count) {}

    /// See ElfFile::symbol().
    [[nodiscard]] Expected<std::optional<ElfSymbol>> find(std::string_view name);

  private:
    using Section = typename Format::Section;
    using Symbol = typename Format::Symbol;
    struct Table {
        std::optional<Section> symbols;
        std::uint64_t index = 0;  ///< of the section
        std::optional<Section> versions;
    };
    struct Match {
        ElfSymbol symbol;
        unsigned rank = 0;
    };

    [[nodiscard]] Expected<void> find_tables();
    [[nodiscard]] Expected<std::optional<ElfSymbol>> find_in(const Table& table, std::string_view name);
    /// All offsets in a section of strings where the name stands, with its NUL: also as the end of a longer one.
    [[nodiscard]] Expected<std::vector<std::uint64_t>> places_of(const Section& strings, std::string_view name);
    [[nodiscard]] Expected<Match> judge(const Table& table, const Symbol& symbol, std::uint64_t index);

    ElfReader& reader_;
    std::uint64_t sections_offset_;
    std::uint64_t section_count_;
    Table static_;
    Table dynamic_;
};

}  // namespace hvgdb::osi
