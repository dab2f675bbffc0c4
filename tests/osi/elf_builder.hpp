// SPDX-License-Identifier: GPL-2.0-or-later
// ELF files of a test.
#pragma once

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <string>
#include <string_view>
#include <vector>

#include "osi/elf_reader.hpp"
#include "osi/elf_symbols.hpp"

namespace hvgdb::osi {

struct BuiltSymbol {
    std::string name;
    std::uint64_t value = 0;
    unsigned type = STT_FUNC;
    unsigned bind = STB_GLOBAL;
    unsigned section = 1;
    std::uint16_t version = 2;
};

/// Segments and symbols, and an entry point.
template <typename Format>
struct ElfBuilder {
    using Header = typename Format::Header;
    using Section = typename Format::Section;
    using Segment = typename Format::Segment;
    using Symbol = typename Format::Symbol;

    unsigned type = ET_DYN;
    std::uint64_t entry = 0;
    std::vector<ElfSegment> segments;
    std::vector<BuiltSymbol> symbols;          ///< .symtab
    std::vector<BuiltSymbol> dynamic_symbols;  ///< .dynsym
    std::size_t padding = 0;                   ///< bytes before the first string
    bool many_sections = false;                ///< their number is in the first section

    [[nodiscard]] std::string build() const {
        std::string file(sizeof(Header), '\0');
        for (const auto& each : segments) {
            Segment segment{};
            segment.p_type = PT_LOAD;
            segment.p_offset = number(segment.p_offset, each.offset);
            segment.p_filesz = number(segment.p_filesz, each.size);
            segment.p_vaddr = number(segment.p_vaddr, each.address);
            append(file, segment);
        }
        std::vector<Section> sections(1);
        add_table(file, sections, symbols, SHT_SYMTAB);
        add_table(file, sections, dynamic_symbols, SHT_DYNSYM);
        if (many_sections) {
            sections[0].sh_size = number(sections[0].sh_size, sections.size());
        }
        Header header = make_header(file.size(), sections.size());
        for (const auto& section : sections) {
            append(file, section);
        }
        file.replace(0, sizeof(header), bytes_of(header));
        return file;
    }

  private:
    template <typename Number>
    static Number number(Number, std::uint64_t value) {
        return static_cast<Number>(value);
    }
    template <typename Structure>
    static std::string bytes_of(const Structure& structure) {
        return {reinterpret_cast<const char*>(&structure), sizeof(structure)};
    }
    template <typename Structure>
    static void append(std::string& file, const Structure& structure) {
        file += bytes_of(structure);
    }

    [[nodiscard]] Header make_header(std::size_t sections_offset, std::size_t section_count) const {
        Header header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = sizeof(Symbol) == sizeof(Elf64_Sym) ? ELFCLASS64 : ELFCLASS32;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_type = number(header.e_type, type);
        header.e_entry = number(header.e_entry, entry);
        header.e_phoff = sizeof(Header);
        header.e_phentsize = sizeof(Segment);
        header.e_phnum = number(header.e_phnum, segments.size());
        header.e_shoff = number(header.e_shoff, sections_offset);
        header.e_shentsize = sizeof(Section);
        header.e_shnum = number(header.e_shnum, many_sections ? 0 : section_count);
        return header;
    }

    void add_table(std::string& file, std::vector<Section>& sections, const std::vector<BuiltSymbol>& table,
                   unsigned kind) const {
        if (table.empty()) {
            return;
        }
        std::string strings(1 + padding, '\0');
        std::string entries(sizeof(Symbol), '\0');
        std::string versions(sizeof(std::uint16_t), '\0');
        for (const auto& each : table) {
            Symbol symbol{};
            symbol.st_name = number(symbol.st_name, strings.size());
            symbol.st_value = number(symbol.st_value, each.value);
            symbol.st_size = 16;
            symbol.st_info = static_cast<unsigned char>(ELF64_ST_INFO(each.bind, each.type));
            symbol.st_shndx = number(symbol.st_shndx, each.section);
            append(entries, symbol);
            append(versions, each.version);
            strings += each.name + '\0';
        }
        const auto symbols_index = sections.size();
        add_section(file, sections, kind, entries, symbols_index + 1, sizeof(Symbol));
        add_section(file, sections, SHT_STRTAB, strings, 0, 0);
        if (kind == SHT_DYNSYM) {
            add_section(file, sections, SHT_GNU_versym, versions, symbols_index, sizeof(std::uint16_t));
        }
    }
    static void add_section(std::string& file, std::vector<Section>& sections, unsigned kind, std::string_view content,
                            std::size_t link, std::size_t entry_size) {
        Section section{};
        section.sh_type = kind;
        section.sh_offset = number(section.sh_offset, file.size());
        section.sh_size = number(section.sh_size, content.size());
        section.sh_link = number(section.sh_link, link);
        section.sh_entsize = number(section.sh_entsize, entry_size);
        sections.push_back(section);
        file += content;
    }
};

}  // namespace hvgdb::osi
