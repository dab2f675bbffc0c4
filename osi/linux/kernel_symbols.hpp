// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel's variables that we use are in one running kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/linux/symbol_source.hpp"

namespace hvgdb::osi {

/// The rows of kernel_symbols.def.
enum class KernelSymbol : std::uint8_t {
#define SYMBOL(id, name) id,
#include "osi/linux/kernel_symbols.def"
#undef SYMBOL
    count
};

/// The kernel's own name for it.
[[nodiscard]] std::string_view name(KernelSymbol symbol);

/// A value; default: nothing is there.
class KernelSymbols {
  public:
    static constexpr std::size_t kSymbols = static_cast<std::size_t>(KernelSymbol::count);

    KernelSymbols() = default;
    /// In one pass through the source.
    [[nodiscard]] static KernelSymbols from(const SymbolSource& source);

    [[nodiscard]] std::optional<VirtAddr> operator[](KernelSymbol symbol) const { return addresses_[index(symbol)]; }
    void set(KernelSymbol symbol, std::optional<VirtAddr> address) { addresses_[index(symbol)] = address; }

    friend bool operator==(const KernelSymbols&, const KernelSymbols&) = default;

  private:
    static constexpr std::size_t index(KernelSymbol symbol) { return static_cast<std::size_t>(symbol); }

    std::array<std::optional<VirtAddr>, kSymbols> addresses_{};
};

}  // namespace hvgdb::osi
