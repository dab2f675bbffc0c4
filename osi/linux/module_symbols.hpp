// SPDX-License-Identifier: GPL-2.0-or-later
// The symbols of loaded modules, as their own tables in guest memory have them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/modules.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// More symbols of one module are not looked at.
inline constexpr std::size_t kMostModuleSymbols = std::size_t{1} << 17;

/// A symbol that a module defines. `name_at` is where its name stands.
struct ModuleSymbol {
    VirtAddr address;
    VirtAddr name_at;
};

/// Calls `visit` for each symbol of the module that has an address, in the table's order, until it says false.
void visit_module_symbols(const KernelMemory& kernel, const LoadedModule& module,
                          const std::function<bool(const ModuleSymbol&)>& visit);

/// The first symbol of that name in any of the modules.
[[nodiscard]] std::optional<SymbolPlace> find_module_symbol(const KernelMemory& kernel,
                                                            std::span<const LoadedModule> modules,
                                                            std::string_view name);

/// The last symbol at or below an address, in the module that the address belongs to; the module's name alone when it
/// has none there.
[[nodiscard]] std::optional<SymbolPlace> find_module_symbol_at(const KernelMemory& kernel,
                                                               std::span<const LoadedModule> modules, VirtAddr address);

}  // namespace hvgdb::osi
