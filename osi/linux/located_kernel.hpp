// SPDX-License-Identifier: GPL-2.0-or-later
// A running kernel, and all that walks through its structures need to know of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/guest_memory.hpp"
#include "osi/linux/build_id.hpp"
#include "osi/linux/kallsyms_places.hpp"
#include "osi/linux/kernel_image.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/layout.hpp"
#include "osi/linux/symbol_source.hpp"

namespace hvgdb::osi {

struct KernelBuild {
    BuildId id{};
    std::uint64_t offset = 0;  ///< of the id's 20 bytes, from the image's start
    friend bool operator==(const KernelBuild&, const KernelBuild&) = default;
};

struct LocatedKernel {
    KernelImage image;   ///< its root is init_top_pgt, the kernel's own, where that could be found
    std::string banner;  ///< linux_banner, what /proc/version shows, without the line's end; any bytes
    std::optional<KernelBuild> build;
    Layout layout;                          ///< complete: nothing that is required is missing
    KernelSymbols addresses;                ///< with linux_banner and init_task
    std::unique_ptr<SymbolSource> symbols;  ///< never null, perhaps without any symbol
    std::string types_origin;               ///< for people: where the layout was read
    /// Where the symbol table is, from the image's start; absent when the symbols are a file's.
    std::optional<KallsymsPlaces> kallsyms;
    bool warm = false;      ///< known from an earlier time
    bool inferred = false;  ///< the layout is incomplete and told from the structures' contents
    std::chrono::nanoseconds took{};

    /// To read the kernel's memory. `memory` must outlive it.
    [[nodiscard]] AddressSpaceReader reader(GuestMemory& memory) const { return {memory, image.root}; }
};

/// Whether it is still the kernel that runs, by a few reads; false after a restart, kexec or another snapshot, when
/// the address space that a vCPU has now (`current`) does not show it in its place. Finds its page tables anew.
/// GuestMemory must have forgotten what it kept.
[[nodiscard]] bool still_there(GuestMemory& memory, AddressSpace current, LocatedKernel& kernel);

/// Makes the kernel's own page tables the image's root if they show the same kernel.
void use_own_page_tables(GuestMemory& memory, LocatedKernel& kernel);

/// linux_banner's text at its address, without the line's end. Nothing when that is no banner.
[[nodiscard]] std::optional<std::string> read_banner(const MemoryReader& kernel, const KernelSymbols& addresses);

/// "6.12.107+deb13-cloud-amd64" of "Linux version 6.12.107+deb13-cloud-amd64 (...)"; printable ASCII, at most 64 bytes;
/// empty when it is no banner.
[[nodiscard]] std::string_view release_in(std::string_view banner);

}  // namespace hvgdb::osi
