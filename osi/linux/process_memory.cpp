// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/process_memory.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/hex.hpp"
#include "osi/linux/private_page.hpp"
#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

namespace {

using namespace area_flags;
using namespace x86_entry;

constexpr std::uint64_t kPageSize = std::uint64_t{1} << kPageShift;
constexpr std::uint64_t kUpperHalf = std::uint64_t{1} << 63;

/// Some processors set these two in empty entries (arch/x86/include/asm/pgtable_64.h, pte_none()).
constexpr std::uint64_t kAccessedAndDirty = 0x60;

std::uint64_t to_page_end(VirtAddr address) {
    return kPageSize - (address.value & (kPageSize - 1));
}

std::string hex(VirtAddr address) {
    return "0x" + hex_number(address.value);
}

std::unexpected<Error> page_fails(Errc code, VirtAddr address, std::string_view why) {
    return fail(code, "the page at " + hex(VirtAddr{address.value & ~(kPageSize - 1)}) + ' ' + std::string(why));
}

std::unexpected<Error> not_mapped(VirtAddr address) {
    return fail(Errc::fault, "the process has no memory at " + hex(address));
}

}  // namespace

std::size_t ProcessMemory::read(VirtAddr address, std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const VirtAddr at{address.value + done};
        if (at < address || !sees(at)) {
            break;
        }
        // In the upper half each page may be somebody else's.
        const auto piece = at.value < kUpperHalf
                               ? out.subspan(done, std::min<std::uint64_t>(out.size() - done, kUpperHalf - at.value))
                               : out.subspan(done, std::min<std::uint64_t>(out.size() - done, to_page_end(at)));
        std::size_t count = memory_.read(space_, at, piece);
        if (count < piece.size()) {
            count += read_gap(VirtAddr{at.value + count}, piece.subspan(count));
        }
        if (count == 0) {
            break;
        }
        done += count;
    }
    return done;
}

/// From an address at which there is no page, up to the next at which there may be one.
std::size_t ProcessMemory::read_gap(VirtAddr address, std::span<std::byte> out) {
    const Gap found = gap(address);
    const MemoryArea* const around = found.empty ? area(address) : nullptr;
    if (around == nullptr) {
        return 0;
    }
    const FaultedIn brought = fault_in_.at(mm_, *around, address);
    if (brought.kind == FaultedIn::Kind::page) {
        const PhysAddr from{brought.page.value + (address.value & (kPageSize - 1))};
        return memory_.physical().read(from, out.first(std::min<std::uint64_t>(out.size(), to_page_end(address))));
    }
    if (brought.kind == FaultedIn::Kind::nothing) {
        return 0;
    }
    const bool anonymous = around->ops.value == 0;
    const std::uint64_t same =
        anonymous ? std::min(found.size, around->end.value - address.value) : to_page_end(address);
    const auto zeros = out.first(std::min<std::uint64_t>(out.size(), same));
    std::ranges::fill(zeros, std::byte{0});
    return zeros.size();
}

std::optional<PageTableEntry> ProcessMemory::last_entry(VirtAddr address) const {
    const auto found = sees(address) ? walk(address) : std::unexpected(WalkFailure{});
    return found ? std::optional(found->trail.entries().back()) : std::nullopt;
}

Expected<std::optional<PhysAddr>> ProcessMemory::place(VirtAddr address) {
    const auto present = sees(address) ? memory_.translate(space_, address) : std::nullopt;
    if (present) {
        return present;
    }
    const MemoryArea* const around = area(address);
    if (around == nullptr) {
        return not_mapped(address);
    }
    const auto brought = gap(address).empty ? fault_in_.at(mm_, *around, address) : FaultedIn{};
    if (brought.kind != FaultedIn::Kind::page) {
        return std::nullopt;
    }
    return PhysAddr{brought.page.value + (address.value & (kPageSize - 1))};
}

Expected<PhysAddr> ProcessMemory::writable(VirtAddr address) {
    if (address.value >= kUpperHalf) {
        return fail(Errc::fault, hex(address) + " is the kernel's, not the process's");
    }
    const MemoryArea* const around = area(address);
    if (around == nullptr) {
        return not_mapped(address);
    }
    if ((around->flags & (kBareFrames | kDevice)) != 0) {
        return page_fails(Errc::unsupported, address, "is a device's, or the kernel shows it to all processes");
    }
    const auto physical = memory_.translate(space_, address);
    if (!physical) {
        return page_fails(Errc::fault, address,
                          gap(address).empty ? "is not in memory yet: the process has not touched it"
                                             : "is not in memory now: it is swapped out or on the move");
    }
    const auto walked = walk(address);
    if (walked && walked->rights.write) {
        return *physical;
    }
    if ((around->flags & kShared) != 0) {
        return page_fails(Errc::unsupported, address,
                          (around->flags & kWrite) != 0
                              ? "belongs to a shared mapping whose first write the kernel has to see"
                              : "belongs to a shared mapping that the process must not write");
    }
    const auto why_not = why_not_private(kernel_, fault_in_.cache(), *physical);
    return why_not ? Expected<PhysAddr>(page_fails(Errc::unsupported, address, *why_not)) : *physical;
}

Expected<std::vector<ProcessMemory::Piece>> ProcessMemory::writable(VirtAddr address, std::size_t size) {
    std::vector<Piece> pieces;
    for (std::size_t done = 0; done < size; done += pieces.back().size) {
        const VirtAddr at{address.value + done};
        const auto physical = writable(at);  // ends at the upper half, so that no address wraps
        if (!physical) {
            return std::unexpected(physical.error());
        }
        pieces.push_back({.physical = *physical, .size = std::min<std::size_t>(size - done, to_page_end(at))});
    }
    return pieces;
}

/// Of the upper half, only what user code may read (the vsyscall page).
bool ProcessMemory::sees(VirtAddr address) const {
    if (address.value < kUpperHalf) {
        return true;
    }
    const auto walked = walk(address);
    return walked && walked->rights.user;
}

std::expected<Translation, WalkFailure> ProcessMemory::walk(VirtAddr address) const {
    const auto entry = [&](PhysAddr where) -> Expected<std::uint64_t> {
        std::array<std::byte, kEntrySize> bytes{};
        if (memory_.physical().read(where, bytes) != bytes.size()) {
            return fail(Errc::fault, "no memory");
        }
        return load_little_endian(bytes);
    };
    return walk_x86_pages(space_, address, memory_.paging(), entry);
}

ProcessMemory::Gap ProcessMemory::gap(VirtAddr address) const {
    const auto walked = walk(address);
    if (walked || walked.error().why != WalkFailure::Why::not_present) {
        return {};
    }
    const std::uint64_t entry = walked.error().trail.entries().back().value;
    const std::uint64_t size = std::uint64_t{1} << shift_of(std::to_underlying(walked.error().level));
    return {.empty = (entry & ~kAccessedAndDirty) == 0, .size = size - (address.value & (size - 1))};
}

const MemoryArea* ProcessMemory::area(VirtAddr address) {
    if (!areas_) {
        areas_ = AreaReader(kernel_).of(mm_);
    }
    return area_at(*areas_, address);
}

}  // namespace hvgdb::osi
