// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/elf_file.hpp"

#include <cstddef>
#include <gelf.h>
#include <libelf.h>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "osi/linux/btf.hpp"
#include "osi/linux/layout.hpp"
#include "osi/profile/dwarf_types.hpp"
#include "osi/profile/input_file.hpp"
#include "osi/profile/layout_types.hpp"
#include "osi/profile/symbol_table.hpp"

namespace hvgdb::osi {
namespace {

struct CloseElf {
    void operator()(Elf* elf) const { elf_end(elf); }
};
using OpenElf = std::unique_ptr<Elf, CloseElf>;

struct Section {
    GElf_Shdr header{};
    Elf_Scn* place = nullptr;
};

template <typename Wanted>
std::optional<Section> find_section(Elf* elf, const Wanted& wanted) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) {
        return std::nullopt;
    }
    Section section;
    while ((section.place = elf_nextscn(elf, section.place)) != nullptr) {
        if (gelf_getshdr(section.place, &section.header) == nullptr) {
            return std::nullopt;
        }
        const char* const name = elf_strptr(elf, names, section.header.sh_name);
        if (wanted(section.header, name == nullptr ? std::string_view{} : std::string_view(name))) {
            return section;
        }
    }
    return std::nullopt;
}

std::span<const std::byte> bytes_of(const Section& section) {
    const Elf_Data* const data = elf_getdata(section.place, nullptr);
    return data == nullptr || data->d_buf == nullptr
               ? std::span<const std::byte>{}
               : std::span(static_cast<const std::byte*>(data->d_buf), data->d_size);
}

/// As nm prints it, by what the symbol's section is for.
char type_of(Elf* elf, const GElf_Sym& symbol) {
    if (symbol.st_shndx == SHN_ABS) {
        return 'A';
    }
    GElf_Shdr section;
    if (gelf_getshdr(elf_getscn(elf, symbol.st_shndx), &section) == nullptr) {
        return '?';
    }
    const bool global = GELF_ST_BIND(symbol.st_info) != STB_LOCAL;
    char type = 'r';
    if ((section.sh_flags & SHF_EXECINSTR) != 0) {
        type = 't';
    } else if (section.sh_type == SHT_NOBITS) {
        type = 'b';
    } else if ((section.sh_flags & SHF_WRITE) != 0) {
        type = 'd';
    }
    return global ? static_cast<char>(type - 'a' + 'A') : type;
}

Expected<std::unique_ptr<SymbolSource>> symbols_of(Elf* elf, const std::string& file, std::string origin) {
    const auto table =
        find_section(elf, [](const GElf_Shdr& header, std::string_view) { return header.sh_type == SHT_SYMTAB; });
    Elf_Data* const data = table ? elf_getdata(table->place, nullptr) : nullptr;
    if (data == nullptr || table->header.sh_entsize == 0) {
        return nullptr;
    }
    SymbolTable::Builder symbols;
    const std::size_t count = data->d_size / table->header.sh_entsize;
    for (std::size_t i = 1; i < count; ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) {
            break;
        }
        const char* const name = elf_strptr(elf, table->header.sh_link, symbol.st_name);
        const auto kind = GELF_ST_TYPE(symbol.st_info);
        if (name == nullptr || *name == '\0' || symbol.st_shndx == SHN_UNDEF || kind == STT_FILE ||
            kind == STT_SECTION) {
            continue;
        }
        if (!symbols.add(VirtAddr{symbol.st_value}, type_of(elf, symbol), name)) {
            return fail(Errc::bad_argument, file + ": too many symbols, or too long names");
        }
    }
    return symbols.size() == 0 ? nullptr : std::move(symbols).finish(std::move(origin));
}

Expected<std::unique_ptr<TypeSource>> types_of(Elf* elf, const std::string& file, const std::string& name) {
    const auto btf = find_section(elf, [](const GElf_Shdr&, std::string_view section) { return section == ".BTF"; });
    if (btf) {
        const auto bytes = bytes_of(*btf);
        auto types = Btf::parse(Bytes(bytes.begin(), bytes.end()), name + " (BTF)");
        if (!types) {
            return fail(types.error().code, file + ": .BTF: " + types.error().detail);
        }
        return *std::move(types);
    }
    const auto dwarf = DwarfTypes::open(elf);
    if (!dwarf) {
        return nullptr;
    }
    auto types = std::make_unique<LayoutTypes>(Layout::from(*dwarf), name + " (DWARF)");
    return types->empty() ? nullptr : std::move(types);
}

}  // namespace

Expected<Profile> load_elf(const std::filesystem::path& path) {
    const std::string file = path.string();
    const std::string name = path.filename().string();
    elf_version(EV_CURRENT);
    const HostFile descriptor(path);
    const OpenElf elf(elf_begin(descriptor.number(), ELF_C_READ, nullptr));
    GElf_Ehdr header;
    if (!elf || gelf_getehdr(elf.get(), &header) == nullptr) {
        return fail(Errc::bad_argument, file + ": damaged ELF file: " + elf_errmsg(-1));
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return fail(Errc::unsupported, file + ": of no 64-bit little-endian kernel");
    }
    auto symbols = symbols_of(elf.get(), file, name);
    if (!symbols) {
        return std::unexpected(symbols.error());
    }
    auto types = types_of(elf.get(), file, name);
    if (!types) {
        return std::unexpected(types.error());
    }
    if (!*symbols && !*types) {
        return fail(Errc::bad_argument, file + ": neither symbols nor types of a kernel (a stripped file?)");
    }
    const std::string description = *types ? std::string((*types)->origin()) : name;
    return Profile{.types = std::move(*types), .symbols = std::move(*symbols), .description = description};
}

}  // namespace hvgdb::osi
