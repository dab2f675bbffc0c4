// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/sink_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

#include "monitor/linux_names.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::taint::LabelList;
using emulator::taint::SinkHit;
using emulator::taint::SinkKind;

constexpr std::size_t kLongestName = 256;

/// "its number and argument 2 of write"
std::string call_text(const SinkHit& hit) {
    constexpr unsigned kArguments = 6;
    std::string parts = (hit.touched & 1) != 0 ? "the number" : "";
    for (unsigned argument = 1; argument <= kArguments; ++argument) {
        if ((hit.touched >> argument & 1) != 0) {
            parts += fmt::format("{}argument {}", parts.empty() ? "" : ", ", argument);
        }
    }
    const auto name = system_call_name(hit.number, !hit.wide).name;
    return parts + " of " + (name.empty() ? fmt::format("system call {}", hit.number) : std::string(name));
}

}  // namespace

std::string label_list_text(const LabelList& labels) {
    if (!labels.known) {
        return "labels that are not known";
    }
    std::string text;
    for (const auto& [first, last] : labels.ranges) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", first);
        text += first == last ? "" : fmt::format("..{}", last);
    }
    const bool one = labels.ranges.size() == 1 && labels.ranges.front().first == labels.ranges.front().last;
    return fmt::format("label{} {{{}{}}}", one ? "" : "s", text, labels.more ? ", ..." : "");
}

std::string decision_text(const SinkHit& hit) {
    const auto labels = label_list_text(hit.labels);
    switch (hit.kind) {
        case SinkKind::branch:
            return "the condition depends on " + labels;
        case SinkKind::jump:
            return "the target depends on " + labels;
        case SinkKind::syscall:
            return call_text(hit) + (hit.touched != 0 && (hit.touched & (hit.touched - 1)) == 0 ? " has " : " have ") +
                   labels;
        case SinkKind::memory:
            break;
    }
    return fmt::format("a store to {:#x} brought {}", hit.address.value, labels);
}

unsigned argument_count(std::uint64_t number, bool wide) {
    return system_call_name(number, !wide).arguments;
}

std::string code_text(osi::Os* os, std::optional<osi::ProcessId> process, VirtAddr pc) {
    if (os == nullptr) {
        return {};
    }
    if (pc.value >> 63 != 0) {
        const auto symbol = os->kernel_symbol_at(pc);
        return symbol ? fmt::format("{}+{:#x}", shortened(symbol->name, kLongestName), symbol->offset) : std::string();
    }
    const auto mappings = process ? os->mappings(*process) : fail(Errc::not_found, "");
    if (!mappings) {
        return {};
    }
    const auto found = std::ranges::find_if(*mappings, [&](const osi::Mapping& mapping) {
        return mapping.start <= pc && pc < mapping.end && !mapping.name.empty();
    });
    return found == mappings->end()
               ? std::string()
               : fmt::format("{}+{:#x}", shortened(found->name, kLongestName),
                             pc.value - found->start.value + (found->name.starts_with('/') ? found->offset : 0));
}

}  // namespace hvgdb::monitor
