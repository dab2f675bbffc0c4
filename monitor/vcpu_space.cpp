// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/vcpu_space.hpp"

#include <span>
#include <utility>

#include "emulator/arch.hpp"
#include "emulator/hex.hpp"
#include "monitor/reports.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::uint64_t kTableSize = 4096;
constexpr std::uint64_t kEntrySize = 8;
constexpr std::size_t kMostTables = 1024;

}  // namespace

Expected<VcpuSpace> VcpuSpace::of(emulator::Machine& machine, VcpuId vcpu) {
    const auto block = machine.read_registers(vcpu);
    if (!block) {
        return std::unexpected(block.error());
    }
    const auto state = osi::x86_control_state(machine.description(), *block);
    if (!state) {
        return fail(Errc::unsupported, "page tables are walked on x86-64 only");
    }
    const auto paging = osi::x86_paging(*state);
    if (!paging) {
        return std::unexpected(paging.error());
    }
    if (!paging->has_value()) {
        return VcpuSpace(machine, {}, std::nullopt);
    }
    const auto space = emulator::read_address_space(machine, vcpu);
    return space ? Expected<VcpuSpace>(VcpuSpace(machine, *space, *paging)) : std::unexpected(space.error());
}

std::expected<osi::Translation, osi::WalkFailure> VcpuSpace::walk(VirtAddr address) {
    return osi::walk_x86_pages(space_, address, *paging_, [this](PhysAddr where) { return read_entry(where); });
}

std::optional<PhysAddr> VcpuSpace::translate(VirtAddr address) {
    if (!has_paging()) {
        return PhysAddr{address.value};
    }
    const auto found = walk(address);
    return found ? std::optional(found->physical) : std::nullopt;
}

Expected<std::uint64_t> VcpuSpace::read_entry(PhysAddr where) {
    const auto offset = where.value % kTableSize;
    const auto start = where.value - offset;
    auto known = tables_.find(start);
    if (known == tables_.end()) {
        Bytes table(kTableSize);
        const auto count = machine_->read_physical(PhysAddr{start}, table);
        if (!count) {
            return std::unexpected(count.error());
        }
        table.resize(*count);
        if (tables_.size() >= kMostTables) {
            tables_.clear();
        }
        known = tables_.emplace(start, std::move(table)).first;
    }
    const auto entry = std::span(known->second);
    return entry.size() < offset + kEntrySize
               ? fail(Errc::fault, "no memory at physical address " + hex_text(where.value))
               : Expected<std::uint64_t>(load_little_endian(entry.subspan(offset, kEntrySize)));
}

}  // namespace hvgdb::monitor
