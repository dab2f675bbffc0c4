// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/elf_symbol_search.hpp"

#include <algorithm>
#include <string>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

/// More occurrences of one name are a trap.
constexpr std::size_t kMostPlaces = 65'536;

ElfSymbolKind kind_of(unsigned type) {
    switch (type) {
        case STT_NOTYPE:
            return ElfSymbolKind::untyped;
        case STT_FUNC:
            return ElfSymbolKind::function;
        case STT_GNU_IFUNC:
            return ElfSymbolKind::resolver;
        case STT_OBJECT:
        case STT_COMMON:
            return ElfSymbolKind::object;
        case STT_TLS:
            return ElfSymbolKind::thread_local_data;
        default:
            return ElfSymbolKind::other;
    }
}

template <typename Symbol>
bool counts(const Symbol& symbol) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && type != STT_FILE && type != STT_SECTION;
}

}  // namespace

template <typename Format>
Expected<void> ElfSymbolSearch<Format>::find_tables() {
    const auto keep = [](Table& table, const Section& section, std::uint64_t index) {
        if (!table.symbols && section.sh_entsize == sizeof(Symbol)) {
            table.symbols = section;
            table.index = index;
        }
    };
    std::optional<Section> versions;
    auto good =
        reader_.each<Section>(sections_offset_, section_count_, [&](const Section& section, std::uint64_t index) {
            switch (section.sh_type) {
                case SHT_SYMTAB:
                    keep(static_, section, index);
                    break;
                case SHT_DYNSYM:
                    keep(dynamic_, section, index);
                    break;
                case SHT_GNU_versym:
                    versions = section;
                    break;
                default:
                    break;
            }
            return true;
        });
    if (versions && versions->sh_link == dynamic_.index) {
        dynamic_.versions = versions;
    }
    return good;
}

template <typename Format>
Expected<std::vector<std::uint64_t>> ElfSymbolSearch<Format>::places_of(const Section& strings, std::string_view name) {
    std::vector<std::uint64_t> places;
    const std::string wanted(name.data(), name.size());
    const std::string_view with_end(wanted.c_str(), wanted.size() + 1);
    // What begins in one piece and ends in the next is found in the next: their ends overlap.
    const std::uint64_t overlap = with_end.size() - 1;
    std::vector<std::byte> piece;
    for (std::uint64_t first = 0; first + overlap < strings.sh_size; first += piece.size() - overlap) {
        const auto size = std::min<std::uint64_t>(ElfReader::kPiece + overlap, strings.sh_size - first);
        piece.resize(static_cast<std::size_t>(size));
        if (auto good = reader_.fill(strings.sh_offset + first, piece); !good) {
            return std::unexpected(good.error());
        }
        const auto text = as_text(piece);
        for (auto at = text.find(with_end); at != std::string_view::npos; at = text.find(with_end, at + 1)) {
            if (places.size() == kMostPlaces) {
                return fail(Errc::bad_argument, "the ELF file has that name too often");
            }
            places.push_back(first + at);
        }
    }
    return places;
}

template <typename Format>
auto ElfSymbolSearch<Format>::judge(const Table& table, const Symbol& symbol, std::uint64_t index) -> Expected<Match> {
    constexpr std::uint16_t kHidden = 0x8000;  // LSB, "Symbol Version Table"
    bool hidden = false;
    if (table.versions && index < table.versions->sh_size / sizeof(std::uint16_t)) {
        const auto version =
            reader_.structure<std::uint16_t>(table.versions->sh_offset + index * sizeof(std::uint16_t));
        if (!version) {
            return std::unexpected(version.error());
        }
        hidden = (*version & kHidden) != 0;
    }
    Match match{
        .symbol = {.value = symbol.st_value, .size = symbol.st_size, .kind = kind_of(ELF64_ST_TYPE(symbol.st_info))}};
    const bool global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL;
    const bool code = match.symbol.kind == ElfSymbolKind::function || match.symbol.kind == ElfSymbolKind::resolver;
    match.rank = 1U + (global ? 4U : 0U) + (hidden ? 0U : 2U) + (code ? 1U : 0U);
    return match;
}

template <typename Format>
Expected<std::optional<ElfSymbol>> ElfSymbolSearch<Format>::find_in(const Table& table, std::string_view name) {
    if (!table.symbols || table.symbols->sh_link >= section_count_) {
        return std::nullopt;
    }
    const auto strings = reader_.structure<Section>(sections_offset_ + table.symbols->sh_link * sizeof(Section));
    const auto places = strings ? places_of(*strings, name) : std::unexpected(strings.error());
    if (!places || places->empty()) {
        return places ? Expected<std::optional<ElfSymbol>>(std::nullopt) : std::unexpected(places.error());
    }
    std::optional<Match> best;
    std::optional<Error> error;
    const auto consider = [&](const Symbol& symbol, std::uint64_t index) {
        if (!counts(symbol) || !std::ranges::binary_search(*places, symbol.st_name)) {
            return true;
        }
        const auto match = judge(table, symbol, index);
        if (!match) {
            error = match.error();
        } else if (!best || match->rank > best->rank) {
            best = *match;
        }
        return !error;
    };
    const auto good = reader_.each<Symbol>(table.symbols->sh_offset, table.symbols->sh_size / sizeof(Symbol), consider);
    if (!good || error) {
        return std::unexpected(good ? *error : good.error());
    }
    return best ? std::optional(best->symbol) : std::nullopt;
}

template <typename Format>
Expected<std::optional<ElfSymbol>> ElfSymbolSearch<Format>::find(std::string_view name) {
    if (auto good = find_tables(); !good) {
        return std::unexpected(good.error());
    }
    auto found = find_in(static_, name);
    return found && !*found ? find_in(dynamic_, name) : found;
}

template class ElfSymbolSearch<ElfFormat32>;
template class ElfSymbolSearch<ElfFormat64>;

}  // namespace hvgdb::osi
