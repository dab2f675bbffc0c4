// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a kernel from a file that the user gives, for kernels that do not tell it themselves.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "emulator/types.hpp"
#include "osi/linux/symbol_source.hpp"
#include "osi/linux/type_source.hpp"

namespace hvgdb::osi {

/// A file has types, symbols or both; the absent one is null. A kernel at a random address is elsewhere than the file
/// says: `symbols` has the file's addresses until they are moved.
struct Profile {
    std::unique_ptr<TypeSource> types;
    std::unique_ptr<SymbolSource> symbols;
    std::string description;  ///< for people: "System.map-6.1.0 (121,000 symbols)"
};

/// Recognises the file by its content: System.map or /proc/kallsyms text, vmlinux (ELF with .symtab, .BTF or DWARF),
/// raw BTF, a Volatility 3 symbol file (ISF JSON, plain or .xz), PANDA's kernelinfo.conf, where `FILE:GROUP` chooses
/// the group of several. Sizes are bounded. Errors name the file, and the line or the key.
[[nodiscard]] Expected<Profile> load_profile(const std::filesystem::path& file);

/// `symbols`, moved so that _text (or _stext, where there is no _text) is at `text`. Errc::not_found when there is
/// neither.
[[nodiscard]] Expected<std::unique_ptr<SymbolSource>> relocate(std::unique_ptr<SymbolSource> symbols, VirtAddr text);

}  // namespace hvgdb::osi
