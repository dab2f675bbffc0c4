// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_report.hpp"

#include <array>
#include <fmt/format.h>
#include <string_view>

#include "monitor/taint_bytes.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

using namespace emulator::taint;

std::string subject(const TaintPlace& place) {
    if (!place.address) {
        return "Register " + place.name;
    }
    return place.size == 1 ? fmt::format("Memory location {:#x}", place.address->value)
                           : fmt::format("Memory locations {:#x} to {:#x}", place.address->value,
                                         place.address->value + (place.size - 1));
}

/// "Register rax is"
std::string subject_is(const TaintPlace& place) {
    return subject(place) + (place.address && place.size > 1 ? " are" : " is");
}

std::string flags_text(const TaintRun& run) {
    constexpr std::array<std::string_view, kFlagSlots> kGroups{"CF", "PF AF ZF SF OF", "others", "x87"};
    std::string text = "eflags";
    for (auto group = run.first; group <= run.last && group < kGroups.size(); ++group) {
        text.append(" ").append(kGroups[group]);
    }
    return text;
}

std::string run_text(const TaintPlace& place, const TaintRun& run) {
    if (place.flags) {
        return flags_text(run);
    }
    if (!place.address) {
        const auto name = place.name.substr(0, place.name.find(':'));
        return run.first == run.last ? fmt::format("{}[{}]", name, run.first)
                                     : fmt::format("{}[{}..{}]", name, run.first, run.last);
    }
    const auto start = place.address->value;
    return run.first == run.last ? fmt::format("{:#x}", start + run.first)
                                 : fmt::format("{:#x}..{:#x}", start + run.first, start + run.last);
}

/// What follows the first line is indented.
std::string hanging_line(std::string_view text) {
    constexpr std::size_t kIndent = 4;
    std::string out;
    for (const auto& line : wrap(text, kColumns - kIndent)) {
        out.append(out.empty() ? 0 : kIndent, ' ').append(line) += '\n';
    }
    return out;
}

/// One run is all there is.
std::string whole_report(const LabelSets& labels, const TaintPlace& place, SetId set) {
    const auto is_tainted = subject_is(place) + " tainted with ";
    if (set == kAnyLabels) {
        return paragraph(is_tainted + "labels; which ones is not known any more.");
    }
    const auto ranges = labels.ranges(set);
    const bool one = ranges.size() == 1 && ranges.front().first == ranges.front().last;
    return paragraph(is_tainted + (one ? "label " : "labels ") + labels_text(labels, set) + ".");
}

}  // namespace

std::string labels_text(const LabelSets& labels, SetId set) {
    constexpr std::size_t kMostRanges = 64;
    if (set == kAnyLabels) {
        return "some, which ones is not known";
    }
    const auto ranges = labels.ranges(set);
    std::string text;
    for (const auto& [first, last] : ranges.first(std::min(ranges.size(), kMostRanges))) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", first);
        text += first == last ? "" : fmt::format("..{}", last);
    }
    return ranges.size() > kMostRanges ? text + fmt::format(" and {} more ranges", ranges.size() - kMostRanges) : text;
}

std::string done_report(const TaintPlace& place, std::string_view what) {
    return paragraph(fmt::format("{} {}.", subject(place), what));
}

std::string check_report(Engine& engine, const TaintPlace& place) {
    const auto found = tainted_bytes(engine, place, 0);
    if (found.bytes == 0 || found.bytes == place.size) {
        return paragraph(subject_is(place) + (found.bytes == 0 ? " not tainted." : " tainted."));
    }
    return paragraph(fmt::format("{} tainted in part: {} of {} {}.", subject_is(place), found.bytes, place.size,
                                 place.flags ? "groups of flags" : "bytes"));
}

std::string labels_report(Engine& engine, const TaintPlace& place) {
    const auto found = tainted_bytes(engine, place, kMostShownRuns);
    if (found.bytes == 0) {
        return check_report(engine, place);
    }
    if (found.bytes == place.size && found.runs.size() == 1 && found.more_runs == 0) {
        return whole_report(engine.labels(), place, found.runs.front().set);
    }
    std::string text;
    for (const auto& run : found.runs) {
        text += hanging_line(run_text(place, run) + ": " + labels_text(engine.labels(), run.set));
    }
    return found.more_runs == 0
               ? text
               : text + fmt::format("... and {} more range{}\n", found.more_runs, found.more_runs == 1 ? "" : "s");
}

std::string policy_text(const Policy& policy) {
    return fmt::format("loads {}, stores {}, conditions {}", name_of(policy.loads), name_of(policy.stores),
                       policy.conditions ? "on" : "off");
}

}  // namespace hvgdb::monitor
