// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about taint.
#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "emulator/arch.hpp"
#include "monitor/console.hpp"
#include "monitor/json_report.hpp"
#include "monitor/taint_bytes.hpp"
#include "monitor/taint_json.hpp"
#include "monitor/taint_report.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::taint::Engine;
using emulator::taint::Label;

Expected<void> check_labels(const cmd::Taint& command, const TaintPlace& place) {
    if (!command.positional) {
        return {};
    }
    if (place.flags) {
        return fail(Errc::bad_argument, "flags are followed in groups, not by bytes");
    }
    if (place.size > kMostPositional) {
        return fail(Errc::bad_argument, fmt::format("at most {} labels at once", kMostPositional));
    }
    if (place.size - 1 > std::numeric_limits<Label>::max() - command.label) {
        return fail(Errc::bad_argument,
                    fmt::format("{} labels from {} on do not fit in 32 bits", place.size, command.label));
    }
    return {};
}

/// What the bounds of the engine took while it was tainted.
std::string loss_report(std::uint64_t dropped, std::uint64_t saturated) {
    std::string text;
    if (dropped != 0) {
        text += paragraph(
            fmt::format("{} of the bytes could not be tainted: too many pages are. See taint_stats.", dropped));
    }
    if (saturated != 0) {
        text += paragraph(
            "There are too many sets of labels: of some bytes it is not known which labels they carry. "
            "See taint_stats.");
    }
    return text;
}

/// Said of what changes nothing if it fails.
Error nothing_done(Error error) {
    error.detail += error.code == Errc::fault ? "; nothing was changed" : "";
    return error;
}

}  // namespace

Expected<void> Console::check_taint_here() const {
    if (context_.taint == nullptr) {
        return fail(Errc::unsupported, "not available here");
    }
    const auto* arch = emulator::find_arch(context_.machine.description());
    if (arch == nullptr || arch->root_register != "cr3") {
        return fail(Errc::unsupported, "taint is followed on x86 only");
    }
    return {};
}

Expected<TaintView> Console::taint_view(const Selection& selected) {
    if (auto here = check_taint_here(); !here) {
        return std::unexpected(std::move(here.error()));
    }
    if (context_.machine.running()) {
        return fail(Errc::running, "the machine is running");
    }
    return TaintView{.machine = context_.machine, .engine = *context_.taint, .os = context_.os, .selected = selected};
}

Expected<std::string> Console::run_taint(const cmd::Taint& command, const Selection& selected) {
    const auto view = taint_view(selected);
    const auto place = view ? find_taint_place(*view, command.target) : std::unexpected(view.error());
    if (!place) {
        return std::unexpected(nothing_done(place.error()));
    }
    if (auto fits = check_labels(command, *place); !fits) {
        return std::unexpected(std::move(fits.error()));
    }
    auto& engine = view->engine;
    const auto dropped = engine.memory().statistics().dropped_bytes;
    const auto saturated = engine.labels().statistics().saturated;
    add_labels(engine, *place, command.label, command.positional);
    return done_report(*place, "tainted") + loss_report(engine.memory().statistics().dropped_bytes - dropped,
                                                        engine.labels().statistics().saturated - saturated);
}

Expected<std::string> Console::run_untaint(const cmd::Untaint& command, const Selection& selected) {
    const auto view = taint_view(selected);
    if (view && !command.target) {
        view->engine.clear();
        const auto left = sources_.size();
        return paragraph(left == 0 ? "Nothing is tainted any more."
                                   : fmt::format("Nothing is tainted any more. {}; untaint_source ends {}.",
                                                 left == 1 ? "1 source goes on" : fmt::format("{} sources go on", left),
                                                 left == 1 ? "it" : "them"));
    }
    const auto place = view ? find_taint_place(*view, *command.target) : std::unexpected(view.error());
    if (!place) {
        return std::unexpected(nothing_done(place.error()));
    }
    clear_labels(view->engine, *place);
    return done_report(*place, "untainted");
}

Expected<std::string> Console::run_check_taint(const cmd::CheckTaint& command, const Selection& selected) {
    const auto view = taint_view(selected);
    const auto place = view ? find_taint_place(*view, command.target) : std::unexpected(view.error());
    return place ? Expected<std::string>(check_report(view->engine, *place)) : std::unexpected(place.error());
}

Expected<std::string> Console::run_get_taint(const cmd::GetTaint& command, const Selection& selected) {
    const auto view = taint_view(selected);
    const auto place = view ? find_taint_place(*view, command.target) : std::unexpected(view.error());
    return place ? Expected<std::string>(labels_report(view->engine, *place)) : std::unexpected(place.error());
}

Expected<std::string> Console::run_taint_policy(const cmd::TaintPolicy& command, const Selection& selected) {
    const auto view = taint_view(selected);
    if (!view) {
        return std::unexpected(view.error());
    }
    auto policy = view->engine.policy();
    policy.loads = command.loads.value_or(policy.loads);
    policy.stores = command.stores.value_or(policy.stores);
    policy.conditions = command.conditions.value_or(policy.conditions);
    view->engine.set_policy(policy);
    return policy_text(policy) + "\n";
}

Expected<std::string> Console::run_taint_stats(const Selection& selected) {
    const auto view = taint_view(selected);
    return view ? Expected<std::string>(statistics_report(view->engine)) : std::unexpected(view.error());
}

std::string Console::run_taint_json(const cmd::OsJson& command, const Selection& selected) {
    const auto view = taint_view(selected);
    if (!view) {
        return json_error(view.error());
    }
    if (command.topic == JsonTopic::taint_stats) {
        return json_text(taint_statistics_json(view->engine));
    }
    const auto place = find_taint_place(*view, command.target);
    return place ? json_text(taint_json(view->engine, *place)) : json_error(place.error());
}

}  // namespace hvgdb::monitor
