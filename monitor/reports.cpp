// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/reports.hpp"

#include <fmt/format.h>
#include <string_view>
#include <vector>

#include "emulator/arch.hpp"
#include "emulator/hex.hpp"
#include "monitor/text.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::string_view kUnknown = "-";

std::string program_counter_text(const emulator::TargetDescription& description, std::span<const std::byte> block) {
    const auto* info = description.program_counter();
    if (info == nullptr || block.size() < info->offset + info->size) {
        return std::string(kUnknown);
    }
    return hex_text(load_little_endian(block.subspan(info->offset, info->size)));
}

std::string mode_text(const emulator::TargetDescription& description, std::span<const std::byte> block) {
    const auto state = osi::x86_control_state(description, block);
    return std::string(state ? osi::x86_mode_name(*state) : kUnknown);
}

}  // namespace

std::string hex_text(std::uint64_t value) {
    return fmt::format("{:#x}", value);
}

Expected<std::string> vcpus_report(emulator::Machine& machine, VcpuId selected) {
    std::vector<std::vector<std::string>> rows{{"  vCPU", "state", "pc", "mode", "address space"}};
    for (VcpuId vcpu; vcpu.index < machine.vcpu_count(); ++vcpu.index) {
        auto name = fmt::format("{} {}", vcpu == selected ? '*' : ' ', vcpu.index);
        if (machine.running()) {
            rows.push_back({std::move(name), "running"});
            continue;
        }
        const auto block = machine.read_registers(vcpu);
        if (!block) {
            return std::unexpected(block.error());
        }
        const auto space = emulator::read_address_space(machine, vcpu);
        rows.push_back({std::move(name), "paused", program_counter_text(machine.description(), *block),
                        mode_text(machine.description(), *block),
                        space ? hex_text(space->root) : std::string(kUnknown)});
    }
    return table(rows);
}

std::string sites_report(const emulator::Instrumentation& instrumentation) {
    constexpr std::size_t kMostSites = 500;
    const auto sites = instrumentation.sites();
    if (sites.empty()) {
        return "no sites\n";
    }
    std::vector<std::vector<std::string>> rows{{"address", "scope", "state", "hits"}};
    for (const auto& site : sites) {
        if (rows.size() > kMostSites) {
            break;
        }
        rows.push_back({hex_text(site.where.address.value),
                        site.where.space ? hex_text(site.where.space->root) : std::string("any"),
                        site.enabled ? "enabled" : "disabled", std::to_string(site.hits)});
    }
    auto text = table(rows);
    if (sites.size() > kMostSites) {
        text += fmt::format("and {} more\n", sites.size() - kMostSites);
    }
    return text;
}

std::string version_report(const emulator::Machine& machine) {
    constexpr std::size_t kLongestShown = 40;
    const auto& architecture = machine.description().architecture();
    return fmt::format("hvgdb {}\nmachine: {}, {} vCPU{}\n", HVGDB_VERSION,
                       architecture.empty() ? "unnamed architecture" : shortened(architecture, kLongestShown),
                       machine.vcpu_count(), machine.vcpu_count() == 1 ? "" : "s");
}

}  // namespace hvgdb::monitor
