// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/arguments.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPageSize = 4096;

struct Area {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    [[nodiscard]] std::uint64_t size() const { return end > start ? end - start : 0; }
};

std::optional<Area> area(const KernelMemory& kernel, VirtAddr mm, Field start, Field end) {
    const auto first = kernel.number(mm, start);
    const auto last = kernel.number(mm, end);
    return first && last ? std::optional(Area{.start = *first, .end = *last}) : std::nullopt;
}

ProgramText read_area(const MemoryReader& process, const Area& from, std::size_t limit) {
    ProgramText text;
    const std::uint64_t size = std::min({from.size(), std::uint64_t{limit}, std::uint64_t{kMostProgramText}});
    text.bytes.resize(size);
    const std::size_t got = process.read(VirtAddr{from.start}, std::as_writable_bytes(std::span(text.bytes)));
    text.bytes.resize(got);
    text.truncated = got < from.size();
    return text;
}

/// One string and its NUL, if that is in the first page.
ProgramText read_title(const MemoryReader& process, const Area& from, std::size_t limit) {
    const Area page{.start = from.start, .end = from.start + std::min(from.size(), kPageSize)};
    ProgramText text = read_area(process, page, limit);
    const std::size_t length = text.bytes.find('\0');
    if (length != std::string::npos) {
        text.bytes.resize(length + 1);
        text.truncated = false;
    }
    return text;
}

}  // namespace

std::optional<ProgramText> command_line(const KernelMemory& kernel, VirtAddr mm, const MemoryReader& process,
                                        std::size_t limit) {
    const auto arguments = area(kernel, mm, Field::mm_arg_start, Field::mm_arg_end);
    const auto environment = area(kernel, mm, Field::mm_env_start, Field::mm_env_end);
    if (!arguments || !environment) {
        return std::nullopt;
    }
    if (environment->end == 0 || arguments->size() == 0) {
        return ProgramText{};
    }
    const auto last = process.number(VirtAddr{arguments->end - 1}, 1);
    if (!last || *last == 0) {
        return read_area(process, *arguments, limit);
    }
    const bool joined = environment->start == arguments->end && environment->end >= environment->start;
    return read_title(process, {.start = arguments->start, .end = joined ? environment->end : arguments->end}, limit);
}

std::optional<AddressRange> argument_area(const KernelMemory& kernel, VirtAddr mm) {
    const auto found = area(kernel, mm, Field::mm_arg_start, Field::mm_arg_end);
    return found ? std::optional(
                       AddressRange{.start = VirtAddr{found->start}, .end = VirtAddr{found->start + found->size()}})
                 : std::nullopt;
}

std::optional<ProgramText> environment(const KernelMemory& kernel, VirtAddr mm, const MemoryReader& process,
                                       std::size_t limit) {
    const auto from = area(kernel, mm, Field::mm_env_start, Field::mm_env_end);
    return from ? std::optional(read_area(process, *from, limit)) : std::nullopt;
}

std::vector<std::string> split_text(std::string_view bytes) {
    std::vector<std::string> strings;
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find('\0'), bytes.size());
        strings.emplace_back(bytes.substr(0, end));
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    return strings;
}

std::optional<std::vector<AuxiliaryEntry>> auxiliary_vector(const KernelMemory& kernel, VirtAddr mm, bool compat) {
    constexpr std::uint64_t kMaxSize = 4096;
    const auto where = kernel.place(mm, Field::mm_saved_auxv);
    const std::uint64_t size = std::min(kernel.layout()[Field::mm_saved_auxv].size, kMaxSize);
    std::array<std::byte, kMaxSize> bytes;
    if (!where || !kernel.memory().fill(*where, std::span(bytes).first(size))) {
        return std::nullopt;
    }
    const std::size_t word = compat ? 4 : 8;
    std::vector<AuxiliaryEntry> entries;
    for (std::size_t at = 0; at + 2 * word <= size; at += 2 * word) {
        const AuxiliaryEntry entry{.type = load_little_endian(std::span(bytes).subspan(at, word)),
                                   .value = load_little_endian(std::span(bytes).subspan(at + word, word))};
        if (entry.type == 0) {
            break;
        }
        entries.push_back(entry);
    }
    return entries;
}

}  // namespace hvgdb::osi
