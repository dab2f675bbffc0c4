// SPDX-License-Identifier: GPL-2.0-or-later
// The names of a kernel's functions and variables, wherever they are known from.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::osi {

struct Symbol {
    std::string name;
    VirtAddr address;
    char type = '?';  ///< as nm prints it: t/T text, d/D data, r/R read-only data, b/B bss, a/A absolute, ...
};

/// Immutable. Addresses are those of the running kernel: its random offset is in them. Per-CPU symbols are what the
/// kernel's table holds, to be added to an entry of __per_cpu_offset (before 6.15 small offsets, then link addresses).
class SymbolSource {
  public:
    SymbolSource() = default;
    SymbolSource(const SymbolSource&) = delete;
    SymbolSource& operator=(const SymbolSource&) = delete;
    virtual ~SymbolSource() = default;

    /// The address of each name, in the same order, in one pass through the table; the first symbol of that name
    /// counts.
    [[nodiscard]] virtual std::vector<std::optional<VirtAddr>> find_all(
        std::span<const std::string_view> names) const = 0;
    /// Symbols called `name`, or `name` and a compiler's suffix (".isra.0", ".constprop.0", ".part.0", ".llvm.123"; not
    /// ".cold"), at most `limit`.
    [[nodiscard]] virtual std::vector<Symbol> variants(std::string_view name, std::size_t limit) const = 0;
    /// The last symbol that starts at or below an address and is no absolute or per-CPU one.
    [[nodiscard]] virtual std::optional<Symbol> at_or_below(VirtAddr address) const = 0;
    [[nodiscard]] virtual std::size_t size() const = 0;
    /// For people: "kallsyms in guest memory", "System.map-6.1.0", ...
    [[nodiscard]] virtual std::string_view origin() const = 0;

    [[nodiscard]] std::optional<VirtAddr> find(std::string_view name) const {
        return find_all(std::span(&name, 1)).front();
    }
};

}  // namespace hvgdb::osi
