// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_symbols.hpp"

#include <algorithm>

namespace hvgdb::osi {

namespace {

constexpr std::array<std::string_view, KernelSymbols::kSymbols> kNames{
#define SYMBOL(id, name) name,
#include "osi/linux/kernel_symbols.def"
#undef SYMBOL
};

}  // namespace

std::string_view name(KernelSymbol symbol) {
    return kNames[static_cast<std::size_t>(symbol)];
}

KernelSymbols KernelSymbols::from(const SymbolSource& source) {
    KernelSymbols symbols;
    std::ranges::copy(source.find_all(kNames), symbols.addresses_.begin());
    return symbols;
}

}  // namespace hvgdb::osi
