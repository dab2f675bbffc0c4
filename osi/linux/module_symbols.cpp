// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/module_symbols.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

// Elf64_Sym (System V ABI, "Symbol table").
constexpr std::size_t kEntrySize = 24;
constexpr std::size_t kNameAt = 0;
constexpr std::size_t kSectionAt = 6;
constexpr std::size_t kValueAt = 8;
constexpr std::uint64_t kUndefined = 0;
constexpr std::size_t kEntriesAtOnce = 128;
constexpr std::size_t kLongestName = 512;  // include/linux/kallsyms.h KSYM_NAME_LEN

struct Tables {
    VirtAddr symbols;
    VirtAddr strings;
    std::uint64_t count = 0;
};

std::optional<Tables> tables_of(const KernelMemory& kernel, const LoadedModule& module) {
    const auto place = kernel.pointer(module.object, Field::module_kallsyms);
    if (!place || !is_kernel_pointer(*place)) {
        return std::nullopt;
    }
    const auto symbols = kernel.pointer(*place, Field::module_symbols);
    const auto strings = kernel.pointer(*place, Field::module_strings);
    const auto count = kernel.number(*place, Field::module_symbol_count);
    if (!symbols || !strings || !count) {
        return std::nullopt;
    }
    return Tables{*symbols, *strings, std::min<std::uint64_t>(*count, kMostModuleSymbols)};
}

std::uint64_t part(std::span<const std::byte> entry, std::size_t offset, std::size_t size) {
    return load_little_endian(entry.subspan(offset, size));
}

std::optional<ModuleSymbol> defined(std::span<const std::byte> entry, VirtAddr strings) {
    const auto name = part(entry, kNameAt, 4);
    if (name == 0 || part(entry, kSectionAt, 2) == kUndefined) {
        return std::nullopt;
    }
    return ModuleSymbol{VirtAddr{part(entry, kValueAt, 8)}, VirtAddr{strings.value + name}};
}

bool has_name(const KernelMemory& kernel, VirtAddr place, std::string_view name) {
    std::array<std::byte, kLongestName> text{};
    const auto wanted = std::span(text).first(std::min(name.size() + 1, text.size()));
    return name.size() < text.size() && kernel.memory().fill(place, wanted) && wanted.back() == std::byte{0} &&
           std::ranges::equal(wanted.first(name.size()), std::as_bytes(std::span(name)));
}

}  // namespace

void visit_module_symbols(const KernelMemory& kernel, const LoadedModule& module,
                          const std::function<bool(const ModuleSymbol&)>& visit) {
    const auto tables = tables_of(kernel, module);
    if (!tables) {
        return;
    }
    std::array<std::byte, kEntriesAtOnce * kEntrySize> block{};
    for (std::uint64_t first = 0; first < tables->count; first += kEntriesAtOnce) {
        const auto wanted = std::min<std::uint64_t>(tables->count - first, kEntriesAtOnce) * kEntrySize;
        const auto got =
            kernel.memory().read(VirtAddr{tables->symbols.value + first * kEntrySize}, std::span(block).first(wanted));
        for (std::size_t at = 0; at + kEntrySize <= std::min<std::size_t>(got, wanted); at += kEntrySize) {
            const auto symbol = defined(std::span(block).subspan(at, kEntrySize), tables->strings);
            if (symbol && !visit(*symbol)) {
                return;
            }
        }
        if (got < wanted) {
            return;
        }
    }
}

std::optional<SymbolPlace> find_module_symbol(const KernelMemory& kernel, std::span<const LoadedModule> modules,
                                              std::string_view name) {
    std::optional<SymbolPlace> found;
    for (const auto& module : modules) {
        visit_module_symbols(kernel, module, [&](const ModuleSymbol& symbol) {
            if (has_name(kernel, symbol.name_at, name)) {
                found = SymbolPlace{
                    .name = std::string(name), .address = symbol.address, .offset = 0, .module = module.facts.name};
            }
            return !found;
        });
        if (found) {
            break;
        }
    }
    return found;
}

std::optional<SymbolPlace> find_module_symbol_at(const KernelMemory& kernel, std::span<const LoadedModule> modules,
                                                 VirtAddr address) {
    const auto holds = [&](const LoadedModule::Range& range) { return range.contains(address); };
    for (const auto& module : modules) {
        const auto range = std::ranges::find_if(module.ranges, holds);
        if (range == module.ranges.end()) {
            continue;
        }
        SymbolPlace place{.name = "", .address = range->start, .offset = 0, .module = module.facts.name};
        VirtAddr name_at{};
        visit_module_symbols(kernel, module, [&](const ModuleSymbol& symbol) {
            const bool better = name_at.value == 0 ? symbol.address >= place.address : symbol.address > place.address;
            if (range->contains(symbol.address) && symbol.address <= address && better) {
                place.address = symbol.address;
                name_at = symbol.name_at;
            }
            return true;
        });
        if (name_at.value != 0) {
            place.name = kernel.memory().text(name_at, kLongestName).value_or("");
        }
        place.offset = address.value - place.address.value;
        return place;
    }
    return std::nullopt;
}

}  // namespace hvgdb::osi
