// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/guest_ram.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "emulator/host_mappings.hpp"
#include "emulator/machine.hpp"
#include "emulator/memory_map.hpp"
#include "emulator/qmp.hpp"

namespace hvgdb::emulator {

namespace {

constexpr std::size_t kCompared = 16;  // bytes at each end

bool continues(const GuestRam::Range& range, PhysAddr start, const std::byte* host) {
    return range.start.value + range.size == start.value && range.host + range.size == host;
}

/// Whether the machine reads the same there as we do.
Expected<bool> agrees(Machine& machine, const GuestRam::Range& range, std::uint64_t offset, std::size_t count) {
    std::array<std::byte, kCompared> theirs{};
    const auto out = std::span(theirs).first(count);
    const auto got = machine.read_physical(PhysAddr{range.start.value + offset}, out);
    if (!got && got.error().code != Errc::fault) {
        return std::unexpected(got.error());
    }
    return got && *got == count && std::memcmp(range.host + offset, theirs.data(), count) == 0;
}

Expected<bool> agrees_at_both_ends(Machine& machine, const GuestRam::Range& range) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kCompared, range.size));
    auto same = agrees(machine, range, 0, count);
    return same && *same ? agrees(machine, range, range.size - count, count) : same;
}

}  // namespace

Expected<std::unique_ptr<GuestRam>> GuestRam::find(Qmp& qmp) {
    const auto printed = qmp.human_monitor("info mtree -f");
    if (!printed) {
        return std::unexpected(printed.error());
    }
    const auto blocks = parse_flat_view(*printed);
    if (!blocks) {
        return std::unexpected(blocks.error());
    }
    const auto mappings = HostMappings::of_this_process();
    std::vector<Range> ranges;
    for (const RamRange& block : *blocks) {
        const auto answer = qmp.human_monitor(fmt::format("gpa2hva {:#x}", block.start.value));
        if (!answer) {
            return std::unexpected(answer.error());
        }
        const auto address = parse_host_address(*answer, block);
        if (!address || !mappings.readable(*address, block.size)) {
            continue;
        }
        const auto* host = reinterpret_cast<const std::byte*>(*address);  // NOLINT(performance-no-int-to-ptr)
        if (!ranges.empty() && continues(ranges.back(), block.start, host)) {
            ranges.back().size += block.size;
        } else {
            ranges.push_back({block.start, block.size, host});
        }
    }
    if (ranges.empty()) {
        return fail(Errc::unsupported, "QEMU tells no guest RAM in this process");
    }
    return std::make_unique<GuestRam>(std::move(ranges));
}

GuestRam::GuestRam(std::vector<Range> ranges) : ranges_(std::move(ranges)) {}

Expected<std::size_t> GuestRam::verify(Machine& machine) {
    std::vector<Range> good;
    for (const Range& range : ranges_) {
        auto same = agrees_at_both_ends(machine, range);
        if (same && !*same) {
            same = agrees_at_both_ends(machine, range);
        }
        if (!same) {
            return std::unexpected(same.error());
        }
        if (*same) {
            good.push_back(range);
        }
    }
    const std::size_t dropped = ranges_.size() - good.size();
    ranges_ = std::move(good);
    return dropped;
}

const GuestRam::Range* GuestRam::range_at(std::uint64_t address) const {
    const auto behind = std::ranges::upper_bound(ranges_, address, {}, [](const Range& r) { return r.start.value; });
    if (behind == ranges_.begin()) {
        return nullptr;
    }
    const Range& range = *std::prev(behind);
    return address - range.start.value < range.size ? &range : nullptr;
}

std::size_t GuestRam::read(PhysAddr address, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const std::uint64_t at = address.value + done;
        const auto* const range = at < address.value ? nullptr : range_at(at);
        if (range == nullptr) {
            break;
        }
        const std::uint64_t offset = at - range->start.value;
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(range->size - offset, out.size() - done));
        std::memcpy(out.data() + done, range->host + offset, count);
        done += count;
    }
    return done;
}

const std::byte* GuestRam::in_place(PhysAddr address, std::size_t size) const {
    const auto* const range = range_at(address.value);
    const bool whole = range != nullptr && size <= range->size - (address.value - range->start.value);
    return whole ? range->host + (address.value - range->start.value) : nullptr;
}

}  // namespace hvgdb::emulator
