// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_report.hpp"

#include <array>
#include <fmt/format.h>
#include <string_view>
#include <variant>
#include <vector>

#include "monitor/process_words.hpp"
#include "monitor/text.hpp"
#include "osi/start_words.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestName = 256;

/// The kinds of one word, or those of them that can be had.
std::string word_text(const EventWordSpec& row, KindSet kinds) {
    if (kinds.has_all(row.kinds)) {
        return std::string(row.name);
    }
    std::string text;
    for (std::size_t index = 0; index < osi::kEventKinds; ++index) {
        const auto kind = static_cast<osi::EventKind>(index);
        if (row.kinds.has(kind) && kinds.has(kind)) {
            text.append(text.empty() ? "" : ", ").append(name_of(kind));
        }
    }
    return text;
}

std::string kinds_text(KindSet kinds) {
    if (kinds == KindSet::all()) {
        return std::string(name_of(EventWord::all));
    }
    std::string text;
    for (const auto& row : kEventWords) {
        const bool of_others = row.word == EventWord::processes || row.word == EventWord::all;
        const auto word = of_others ? std::string() : word_text(row, kinds);
        text.append(text.empty() || word.empty() ? "" : ", ").append(word);
    }
    return text;
}

std::string whom_text(const EventWish& wish) {
    if (const auto* process = std::get_if<osi::ProcessId>(&wish.whom)) {
        return fmt::format("process {}", *process);
    }
    const auto* name = std::get_if<std::string>(&wish.whom);
    return name != nullptr ? "processes called " + shortened(*name, kLongestName) : "all processes";
}

}  // namespace

std::string wish_report(const std::optional<EventWish>& wish, bool waits) {
    if (!wish) {
        return "nothing is logged\n";
    }
    return paragraph(fmt::format("logged: {}, of {}{}", kinds_text(wish->kinds), whom_text(*wish),
                                 waits ? ", once a kernel is found" : ""));
}

std::string kinds_report() {
    std::vector<std::vector<std::string>> rows{{"kind", "when it is told"}};
    for (const auto& row : kEventWords) {
        rows.push_back({std::string(row.name), std::string(row.meaning)});
    }
    return table(rows);
}

std::string missing_report(std::span<const EventLog::Missing> missing) {
    std::string text;
    for (const auto& [kind, reason] : missing) {
        text += paragraph(fmt::format("not to be had: {}: {}", name_of(kind), reason));
    }
    return text;
}

std::string awaited_report(std::span<const osi::StartOrder> orders, const std::optional<HeldProcess>& held) {
    std::string text = "no program is waited for\n";
    if (!orders.empty()) {
        std::vector<std::vector<std::string>> rows{{"held at", "program"}};
        for (const auto& order : orders) {
            rows.push_back({std::string(name_of(order.stop_at)), printable(order.program)});
        }
        text = table(rows);
    }
    return held ? text + fmt::format("held: {} ({})\n", held->first, short_name(held->second)) : text;
}

std::string order_report(const osi::StartOrder& order) {
    constexpr std::array<std::string_view, osi::kStopAtNames.size()> kPlaces{"before its first instruction",
                                                                             "at its entry point", "in main"};
    return paragraph(fmt::format("waiting for {}, to hold it {}", shortened(order.program, kLongestName),
                                 kPlaces.at(static_cast<std::size_t>(order.stop_at))));
}

std::string sources_report(osi::Events& events) {
    constexpr std::size_t kLongestSource = 512;
    auto sources = events.sources();
    for (auto& [kind, function] : sources) {
        function = shortened(function, kLongestSource);
    }
    return sources.empty() ? std::string() : "events, by the kernel functions that tell them:\n" + facts_table(sources);
}

}  // namespace hvgdb::monitor
