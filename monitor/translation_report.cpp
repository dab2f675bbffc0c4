// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <variant>
#include <vector>

#include "emulator/hex.hpp"
#include "monitor/reports.hpp"
#include "monitor/text.hpp"
#include "monitor/vcpu_space.hpp"
#include "osi/x86_page_walk.hpp"

namespace hvgdb::monitor {

namespace {

std::string trail_table(const osi::PageTrail& trail) {
    if (trail.entries().empty()) {
        return {};
    }
    std::vector<std::vector<std::string>> rows{{"level", "index", "entry at", "entry"}};
    for (const auto& entry : trail.entries()) {
        rows.push_back({std::string(osi::level_name(entry.level)), std::to_string(entry.index),
                        hex_text(entry.where.value), hex_text(entry.value)});
    }
    return table(rows);
}

std::string answer(VirtAddr address, const std::expected<osi::Translation, osi::WalkFailure>& walk) {
    const auto heading = fmt::format("virtual   {:#x}\n", address.value);
    if (!walk) {
        return heading + paragraph(osi::describe(walk.error())) + trail_table(walk.error().trail);
    }
    return heading +
           fmt::format("physical  {:#x}\npage      {}, {}\n", walk->physical.value, size_text(walk->page_size),
                       osi::rights_text(walk->rights)) +
           trail_table(walk->trail);
}

}  // namespace

Expected<VirtAddr> resolve(emulator::Machine& machine, VcpuId vcpu, const Place& place) {
    if (const auto* address = std::get_if<VirtAddr>(&place)) {
        return *address;
    }
    const auto& name = std::get<RegisterName>(place).name;
    const auto* info = machine.description().find(name);
    if (info == nullptr) {
        return fail(Errc::not_found, "no register " + name);
    }
    if (info->size > sizeof(VirtAddr::value)) {
        return fail(Errc::bad_argument, name + " is wider than an address");
    }
    const auto value = machine.read_register(vcpu, info->number);
    if (!value) {
        return std::unexpected(value.error());
    }
    return VirtAddr{load_little_endian(*value)};
}

Expected<std::string> translation_report(emulator::Machine& machine, VcpuId vcpu, const Place& place) {
    const auto address = resolve(machine, vcpu, place);
    if (!address) {
        return std::unexpected(address.error());
    }
    auto space = VcpuSpace::of(machine, vcpu);
    if (!space) {
        return std::unexpected(space.error());
    }
    if (!space->has_paging()) {
        return fmt::format("virtual   {0:#x}\nphysical  {0:#x}\npaging is off: both are the same\n", address->value);
    }
    return answer(*address, space->walk(*address));
}

}  // namespace hvgdb::monitor
