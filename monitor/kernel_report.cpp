// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "monitor/event_report.hpp"
#include "monitor/os_reports.hpp"
#include "monitor/reports.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestFact = 4096;
constexpr std::size_t kLongestSymbol = 512;
constexpr std::size_t kLongestModule = 64;

std::string symbol_text(const osi::SymbolPlace& place) {
    auto text = shortened(place.name, kLongestSymbol);
    if (place.offset != 0) {
        text += fmt::format("+{:#x}", place.offset);
    }
    if (!place.module.empty()) {
        text += " [" + shortened(place.module, kLongestModule) + "]";
    }
    return text;
}

Expected<osi::SymbolPlace> find_symbol(osi::Os& os, emulator::Machine& machine, VcpuId selected,
                                       const SymbolQuery& query) {
    if (const auto* name = std::get_if<std::string>(&query)) {
        return os.kernel_symbol(*name);
    }
    const auto* written = std::get_if<VirtAddr>(&query);
    const auto address =
        written != nullptr ? Expected<VirtAddr>(*written) : resolve(machine, selected, std::get<RegisterName>(query));
    return address ? os.kernel_symbol_at(*address) : std::unexpected(address.error());
}

}  // namespace

Expected<std::string> os_report(osi::Os& os, osi::Events* events) {
    auto facts = os.facts();
    if (!facts) {
        return std::unexpected(facts.error());
    }
    for (auto& [name, value] : *facts) {
        value = shortened(value, kLongestFact);
    }
    return (facts->empty() ? "nothing is known of the kernel\n" : facts_table(*facts)) +
           (events != nullptr ? sources_report(*events) : "");
}

Expected<std::string> module_report(osi::Os& os) {
    const auto modules = os.modules();
    if (!modules) {
        return std::unexpected(modules.error());
    }
    if (modules->empty()) {
        return "no modules\n";
    }
    std::vector<std::vector<std::string>> rows{{"address", "size", "users", "state", "name"}};
    for (const auto& module : *modules) {
        rows.push_back({hex_text(module.base.value), size_text(module.size),
                        module.users ? std::to_string(*module.users) : "-", shortened(module.state, 10), module.name});
    }
    return table(rows, {.align = "rrr"});
}

Expected<std::string> symbol_report(osi::Os& os, emulator::Machine& machine, VcpuId selected,
                                    const SymbolQuery& query) {
    const auto place = find_symbol(os, machine, selected, query);
    if (!place) {
        return std::unexpected(place.error());
    }
    return paragraph(fmt::format("{:#x} {}", place->address.value + place->offset, symbol_text(*place)));
}

}  // namespace hvgdb::monitor
