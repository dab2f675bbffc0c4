// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/elf_symbols.hpp"

#include <algorithm>
#include <string>

#include "osi/elf_reader.hpp"
#include "osi/elf_symbol_search.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPage = 4096;
/// Linux maps no program with more than 64 KiB of them (fs/binfmt_elf.c load_elf_phdrs()).
constexpr std::uint64_t kMostSegments = 1024;
constexpr std::uint64_t kMostSections = 65'536;
constexpr std::size_t kLongestName = 4096;

struct Headers {
    std::uint16_t type = 0;
    std::uint64_t entry = 0;
    std::uint64_t sections_offset = 0;
    std::uint64_t section_count = 0;
    std::vector<ElfSegment> segments;
};

/// 0: there are none, or of a size that we do not know. A large number is in the first of them.
template <typename Format>
Expected<std::uint64_t> count_sections(ElfReader& reader, const typename Format::Header& header) {
    using Section = typename Format::Section;
    if (header.e_shoff == 0 || header.e_shentsize != sizeof(Section)) {
        return 0;
    }
    std::uint64_t count = header.e_shnum;
    if (count == 0) {
        const auto first = reader.structure<Section>(header.e_shoff);
        if (!first) {
            return std::unexpected(first.error());
        }
        count = first->sh_size;
    }
    return count <= kMostSections ? Expected<std::uint64_t>(count)
                                  : fail(Errc::bad_argument, "the ELF file has too many sections");
}

template <typename Format>
Expected<Headers> read_headers(ElfReader& reader) {
    using Segment = typename Format::Segment;
    const auto header = reader.structure<typename Format::Header>(0);
    const auto sections = header ? count_sections<Format>(reader, *header) : std::unexpected(header.error());
    if (!sections) {
        return std::unexpected(sections.error());
    }
    Headers headers{.type = header->e_type,
                    .entry = header->e_entry,
                    .sections_offset = header->e_shoff,
                    .section_count = *sections,
                    .segments = {}};
    if (header->e_phnum > kMostSegments || (header->e_phnum != 0 && header->e_phentsize != sizeof(Segment))) {
        return fail(Errc::bad_argument, "the ELF file's program headers make no sense");
    }
    const auto good = reader.each<Segment>(header->e_phoff, header->e_phnum, [&](const Segment& segment, auto) {
        if (segment.p_type == PT_LOAD) {
            headers.segments.push_back(
                {.offset = segment.p_offset, .size = segment.p_filesz, .address = segment.p_vaddr});
        }
        return true;
    });
    return good ? Expected<Headers>(std::move(headers)) : std::unexpected(good.error());
}

constexpr std::uint64_t page_of(std::uint64_t offset) {
    return offset / kPage * kPage;
}

}  // namespace

Expected<ElfFile> ElfFile::open(GuestFile& file) {
    ElfReader reader(file, kMostElfBytes);
    const auto ident = reader.structure<std::array<unsigned char, EI_NIDENT>>(0);
    if (!ident) {
        return std::unexpected(ident.error());
    }
    const bool is_64_bit = (*ident)[EI_CLASS] == ELFCLASS64;
    if (std::memcmp(ident->data(), ELFMAG, SELFMAG) != 0 || (*ident)[EI_DATA] != ELFDATA2LSB ||
        (!is_64_bit && (*ident)[EI_CLASS] != ELFCLASS32)) {
        return fail(Errc::bad_argument, "this is no little-endian ELF file");
    }
    auto headers = is_64_bit ? read_headers<ElfFormat64>(reader) : read_headers<ElfFormat32>(reader);
    if (!headers) {
        return std::unexpected(std::move(headers.error()));
    }
    ElfFile elf(file);
    elf.is_64_bit_ = is_64_bit;
    elf.type_ = headers->type;
    elf.entry_ = headers->entry;
    elf.sections_offset_ = headers->sections_offset;
    elf.section_count_ = headers->section_count;
    elf.segments_ = std::move(headers->segments);
    return elf;
}

VirtAddr ElfFile::address(std::uint64_t bias, std::uint64_t value) const {
    const auto sum = bias + value;
    return VirtAddr{is_64_bit_ ? sum : static_cast<std::uint32_t>(sum)};
}

std::uint64_t ElfFile::bias_of_entry(VirtAddr entry) const {
    return address(entry.value, -entry_).value;
}

std::optional<std::uint64_t> ElfFile::bias_of_mapping(VirtAddr start, std::uint64_t offset) const {
    // The last page of a segment may be the first of the next in the file: what begins with that page comes first.
    const auto begins = std::ranges::find(segments_, offset, [](const auto& it) { return page_of(it.offset); });
    const auto found = begins != segments_.end() ? begins : std::ranges::find_if(segments_, [offset](const auto& it) {
        return offset >= page_of(it.offset) && offset - page_of(it.offset) < it.offset % kPage + it.size;
    });
    if (found == segments_.end()) {
        return std::nullopt;
    }
    return address(start.value, found->offset - offset - found->address).value;
}

Expected<ElfSymbol> ElfFile::symbol(std::string_view name) {
    if (name.empty() || name.size() > kLongestName || name.contains('\0')) {
        return fail(Errc::bad_argument, "a symbol's name has 1 to 4096 characters");
    }
    ElfReader reader(*file_, kMostElfBytes);
    const auto found = is_64_bit_ ? ElfSymbolSearch<ElfFormat64>(reader, sections_offset_, section_count_).find(name)
                                  : ElfSymbolSearch<ElfFormat32>(reader, sections_offset_, section_count_).find(name);
    if (!found) {
        return std::unexpected(found.error());
    }
    return *found ? Expected<ElfSymbol>(**found) : fail(Errc::not_found, "the file has no symbol " + std::string(name));
}

}  // namespace hvgdb::osi
