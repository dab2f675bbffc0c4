// SPDX-License-Identifier: GPL-2.0-or-later
// Symbols of a program or library, out of its file in the guest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

enum class ElfSymbolKind : std::uint8_t {
    untyped,  ///< assembler's labels
    function,
    resolver,  ///< of an indirect function: what is called in its stead is known when the program has started
    object,
    thread_local_data,  ///< `value` is an offset in each thread's block
    other,
};

struct ElfSymbol {
    std::uint64_t value = 0;  ///< the address in the file: ElfFile's bias is to be added
    std::uint64_t size = 0;   ///< bytes; 0: not told
    ElfSymbolKind kind = ElfSymbolKind::untyped;
    friend bool operator==(const ElfSymbol&, const ElfSymbol&) = default;
};

/// A part of the file that is mapped (PT_LOAD).
struct ElfSegment {
    std::uint64_t offset = 0;  ///< in the file
    std::uint64_t size = 0;    ///< in the file
    std::uint64_t address = 0;
    friend bool operator==(const ElfSegment&, const ElfSegment&) = default;
};

/// ELF of 32 or 64 bits, little endian (System V ABI, chapters 4 and 5). The file may hold anything: `bad_argument` for
/// what is no such ELF file or contradicts itself, `unsupported` where more than kMostElfBytes would have to be read,
/// and the file's own errors.
class ElfFile {
  public:
    /// Reads the headers. The file must outlive the result.
    [[nodiscard]] static Expected<ElfFile> open(GuestFile& file);

    [[nodiscard]] bool is_64_bit() const { return is_64_bit_; }
    /// e_type: 2 is a program at fixed addresses, 3 one that may be anywhere, or a library.
    [[nodiscard]] std::uint16_t type() const { return type_; }
    /// e_entry.
    [[nodiscard]] std::uint64_t entry() const { return entry_; }
    /// In the file's order.
    [[nodiscard]] std::span<const ElfSegment> segments() const { return segments_; }

    /// What is to be added to the file's addresses, modulo 2^64 (2^32 for a 32-bit file), when the program's entry
    /// point is at `entry` (AT_ENTRY).
    [[nodiscard]] std::uint64_t bias_of_entry(VirtAddr entry) const;
    /// The same, when the file is mapped from `offset` on at `start`. Nothing when no segment is mapped that way.
    [[nodiscard]] std::optional<std::uint64_t> bias_of_mapping(VirtAddr start, std::uint64_t offset) const;
    [[nodiscard]] VirtAddr address(std::uint64_t bias, std::uint64_t value) const;

    /// A symbol that the file defines: of .symtab, else of .dynsym. `name` is without a version. Where several have the
    /// name a global one counts before a local one, the default version before others, a function before the rest, and
    /// then the first. Absolute symbols, and those that name a file or a section, are none. `not_found` also where the
    /// file has no section headers.
    [[nodiscard]] Expected<ElfSymbol> symbol(std::string_view name);

  private:
    explicit ElfFile(GuestFile& file) : file_(&file) {}

    GuestFile* file_;
    bool is_64_bit_ = false;
    std::uint16_t type_ = 0;
    std::uint64_t entry_ = 0;
    std::uint64_t sections_offset_ = 0;
    std::uint64_t section_count_ = 0;
    std::vector<ElfSegment> segments_;
};

/// In one call, in pieces of 64 KiB; small reads count as more.
inline constexpr std::uint64_t kMostElfBytes = std::uint64_t{64} << 20;

}  // namespace hvgdb::osi
