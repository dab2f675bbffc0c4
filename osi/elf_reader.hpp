// SPDX-License-Identifier: GPL-2.0-or-later
// Reading an ELF file's structures, of either class, up to a limit.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <span>
#include <vector>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct ElfFormat32 {
    using Header = Elf32_Ehdr;
    using Segment = Elf32_Phdr;
    using Section = Elf32_Shdr;
    using Symbol = Elf32_Sym;
};
struct ElfFormat64 {
    using Header = Elf64_Ehdr;
    using Segment = Elf64_Phdr;
    using Section = Elf64_Shdr;
    using Symbol = Elf64_Sym;
};

class ElfReader {
  public:
    static constexpr std::size_t kPiece = std::size_t{64} * 1024;

    /// `limit`: of bytes read in all.
    ElfReader(GuestFile& file, std::uint64_t limit) : file_(file), left_(limit) {}

    /// All of `out`.
    [[nodiscard]] Expected<void> fill(std::uint64_t offset, std::span<std::byte> out);

    template <typename Structure>
    [[nodiscard]] Expected<Structure> structure(std::uint64_t offset) {
        std::array<std::byte, sizeof(Structure)> bytes{};
        const auto good = fill(offset, bytes);
        return good ? Expected<Structure>(load<Structure>(bytes)) : std::unexpected(good.error());
    }

    /// Calls `use(structure, index)` for each of `count` in a row, until it returns false.
    template <typename Structure, typename Use>
    [[nodiscard]] Expected<void> each(std::uint64_t offset, std::uint64_t count, Use use) {
        constexpr std::uint64_t kAtOnce = kPiece / sizeof(Structure);
        std::vector<std::byte> piece;
        for (std::uint64_t first = 0; first < count; first += kAtOnce) {
            piece.resize(static_cast<std::size_t>(std::min(kAtOnce, count - first)) * sizeof(Structure));
            if (auto good = fill(offset + first * sizeof(Structure), piece); !good) {
                return good;
            }
            for (std::size_t at = 0; at < piece.size(); at += sizeof(Structure)) {
                if (!use(load<Structure>(std::span(piece).subspan(at)), first + at / sizeof(Structure))) {
                    return {};
                }
            }
        }
        return {};
    }

  private:
    template <typename Structure>
    [[nodiscard]] static Structure load(std::span<const std::byte> bytes) {
        Structure result;
        std::memcpy(&result, bytes.data(), sizeof(result));
        return result;
    }

    GuestFile& file_;
    std::uint64_t left_;
};

}  // namespace hvgdb::osi
