// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_place.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <utility>
#include <variant>

#include "emulator/arch.hpp"
#include "emulator/taint/registers.hpp"
#include "monitor/text.hpp"
#include "monitor/vcpu_space.hpp"

namespace hvgdb::monitor {

namespace {

using namespace emulator::taint;

constexpr std::size_t kLongestShown = 64;

// Memory

/// One command's way from virtual to physical addresses.
class PlaceFinder {
  public:
    explicit PlaceFinder(const TaintView& view) : view_(view) {}

    [[nodiscard]] Expected<PhysAddr> find(VirtAddr address) {
        const bool kernel = (address.value >> 63) != 0;
        if (kernel && view_.os != nullptr) {
            const auto found = view_.os->kernel_physical_address(address);
            if (found || view_.selected.process) {
                return found || found.error().code != Errc::fault ? found : not_mapped(address);
            }
        }
        return view_.selected.process && view_.os != nullptr ? of_process(*view_.selected.process, address)
                                                             : of_vcpu(address);
    }

  private:
    static std::unexpected<Error> not_mapped(VirtAddr address) {
        return fail(Errc::fault, fmt::format("nothing is mapped at {:#x}", address.value));
    }
    [[nodiscard]] Expected<PhysAddr> of_process(osi::ProcessId pid, VirtAddr address) {
        const auto found = view_.os->physical_address(pid, address);
        if (!found) {
            return found.error().code == Errc::fault ? not_mapped(address) : std::unexpected(found.error());
        }
        return *found ? Expected<PhysAddr>(**found)
                      : fail(Errc::fault, fmt::format("the page at {:#x} is not in memory: the process has not touched "
                                                      "it yet, or it is swapped out",
                                                      address.value));
    }
    [[nodiscard]] Expected<PhysAddr> of_vcpu(VirtAddr address) {
        if (!space_) {
            auto space = VcpuSpace::of(view_.machine, view_.selected.vcpu);
            if (!space) {
                return std::unexpected(space.error());
            }
            space_ = *std::move(space);
        }
        const auto found = space_->translate(address);
        return found ? Expected<PhysAddr>(*found) : not_mapped(address);
    }

    const TaintView& view_;
    std::optional<VcpuSpace> space_;
};

void append(std::vector<osi::PhysicalPiece>& pieces, osi::PhysicalPiece piece) {
    if (!pieces.empty() && pieces.back().address.value + pieces.back().size == piece.address.value) {
        pieces.back().size += piece.size;
    } else {
        pieces.push_back(piece);
    }
}

Expected<TaintPlace> memory_place(const TaintView& view, VirtAddr address, std::uint64_t size) {
    if (size - 1 > std::numeric_limits<std::uint64_t>::max() - address.value) {
        return fail(Errc::bad_argument,
                    fmt::format("{} bytes from {:#x} on reach beyond the last address", size, address.value));
    }
    TaintPlace place{.address = address, .size = size};
    PlaceFinder finder(view);
    for (std::uint64_t done = 0; done < size;) {
        const VirtAddr at{address.value + done};
        const auto physical = finder.find(at);
        if (!physical) {
            return std::unexpected(physical.error());
        }
        const auto count = std::min<std::uint64_t>(size - done, kPageSize - at.value % kPageSize);
        append(place.memory, {.address = *physical, .size = count});
        done += count;
    }
    return place;
}

Expected<VirtAddr> kernel_address(osi::Os* os, const KernelPlace& wanted) {
    if (os == nullptr) {
        return fail(Errc::unsupported, "no operating system view here, which would know symbols");
    }
    const auto symbol = os->kernel_symbol(wanted.symbol);
    if (!symbol) {
        return std::unexpected(symbol.error());
    }
    if (wanted.offset > std::numeric_limits<std::uint64_t>::max() - symbol->address.value) {
        return fail(Errc::bad_argument, fmt::format("{} and {:#x} is beyond the last address",
                                                    shortened(wanted.symbol, kLongestShown), wanted.offset));
    }
    return VirtAddr{symbol->address.value + wanted.offset};
}

// Registers

/// `size` bytes from `offset` on, of pieces that may have less.
std::vector<osi::PhysicalPiece> cut(const std::vector<osi::PhysicalPiece>& pieces, std::uint64_t offset,
                                    std::uint64_t size) {
    std::vector<osi::PhysicalPiece> wanted;
    for (const auto& piece : pieces) {
        const auto skipped = std::min(offset, piece.size);
        const auto count = std::min(size, piece.size - skipped);
        if (count > 0) {
            append(wanted, {.address = PhysAddr{piece.address.value + skipped}, .size = count});
        }
        offset -= skipped;
        size -= count;
    }
    return wanted;
}

/// What the operating system calls a register, or a half of one, and which of its bytes are meant.
struct SavedPart {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

std::vector<SavedPart> saved_parts(SlotRange range) {
    const auto bit = register_bit(range.first);
    const std::uint64_t offset = range.first - register_slots(bit).first;
    if (bit < kFlagsBit) {
        return {{std::string(emulator::x86_general_register(bit)), offset, range.size}};
    }
    if (bit < kVectorBit) {
        return {{bit == kFlagsBit ? "eflags" : fmt::format("st{}", bit - kX87Bit), offset, range.size}};
    }
    std::vector<SavedPart> parts{{fmt::format("xmm{}", bit - kVectorBit), 0, std::min<unsigned>(range.size, kXmmSize)}};
    if (range.size > kXmmSize) {
        parts.push_back({fmt::format("ymm{}h", bit - kVectorBit), 0, range.size - kXmmSize});
    }
    return parts;
}

Expected<void> place_of_thread(osi::Os& os, osi::ThreadId tid, SlotRange range, TaintPlace& place) {
    for (const auto& part : saved_parts(range)) {
        const auto found = os.user_register_place(tid, part.name);
        if (!found) {
            return std::unexpected(found.error());
        }
        if (found->vcpu) {
            place.registers = {.vcpu = *found->vcpu, .range = range};
        }
        std::ranges::copy(cut(found->memory, part.offset, part.size), std::back_inserter(place.memory));
    }
    if (place.flags && !place.registers) {
        return fail(Errc::unsupported,
                    "the flags of a thread that runs no user code now are not followed through the kernel");
    }
    place.memory.resize(place.flags ? 0 : place.memory.size());
    return {};
}

Expected<SlotRange> checked_range(const std::string& name, const std::optional<std::uint64_t>& length) {
    auto range = find_register(name);
    if (!range) {
        return fail(Errc::unsupported,
                    name + " has no taint: only general registers, flags, x87 and vector registers are followed");
    }
    if (length && register_bit(range->first) == kFlagsBit) {
        return fail(Errc::bad_argument, "flags are followed in groups, not by bytes");
    }
    if (length && *length > range->size) {
        return fail(Errc::bad_argument,
                    fmt::format("{} has {} byte{}", name, range->size, range->size == 1 ? "" : "s"));
    }
    range->size = length ? static_cast<std::uint16_t>(*length) : range->size;
    return *range;
}

Expected<TaintPlace> register_place(const TaintView& view, const std::string& name,
                                    const std::optional<std::uint64_t>& length) {
    const auto range = checked_range(name, length);
    if (!range) {
        return std::unexpected(range.error());
    }
    TaintPlace place{.name = length ? fmt::format("{}:{}", name, *length) : name,
                     .address = std::nullopt,
                     .size = range->size,
                     .flags = register_bit(range->first) == kFlagsBit};
    if (!view.selected.thread || view.os == nullptr) {
        place.registers = {.vcpu = view.selected.vcpu, .range = *range};
    } else if (auto found = place_of_thread(*view.os, *view.selected.thread, *range, place); !found) {
        return std::unexpected(found.error());
    }
    if (place.registers && place.registers->vcpu.index >= view.engine.vcpu_count()) {
        return fail(Errc::not_found, fmt::format("no vCPU {}", place.registers->vcpu.index));
    }
    return place;
}

}  // namespace

Expected<TaintPlace> find_taint_place(const TaintView& view, const TaintTarget& target) {
    if (const auto* wanted = std::get_if<TaintRegister>(&target.where)) {
        return register_place(view, wanted->name, target.length);
    }
    const auto* symbol = std::get_if<KernelPlace>(&target.where);
    const auto address =
        symbol != nullptr ? kernel_address(view.os, *symbol) : Expected<VirtAddr>(std::get<VirtAddr>(target.where));
    return address ? memory_place(view, *address, target.length.value_or(1)) : std::unexpected(address.error());
}

}  // namespace hvgdb::monitor
