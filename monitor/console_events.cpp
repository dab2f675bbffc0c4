// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about events and starts.
#include <algorithm>
#include <utility>
#include <variant>

#include "monitor/console.hpp"
#include "monitor/event_report.hpp"
#include "monitor/named_processes.hpp"
#include "monitor/near_miss.hpp"
#include "monitor/text.hpp"
#include "osi/start_words.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestShown = 256;

std::unexpected<Error> not_here() {
    return fail(Errc::unsupported, "not available here");
}

/// What is wrong with `program`, which nobody waits for.
Error not_awaited(const std::string& program, const std::vector<osi::StartOrder>& orders) {
    constexpr std::size_t kMostProposals = 3;
    std::vector<std::string_view> known;
    known.reserve(orders.size());
    for (const auto& order : orders) {
        known.emplace_back(order.program);
    }
    const auto hint = did_you_mean(near_misses(program, known, kMostProposals));
    return {Errc::not_found,
            "\"" + shortened(program, kLongestShown) + "\" is not waited for" + (hint.empty() ? "" : " " + hint)};
}

}  // namespace

Expected<std::string> Console::run_events(const cmd::Events& command) {
    if (context_.events == nullptr || !context_.print) {
        return not_here();
    }
    std::vector<EventLog::Missing> missing;
    if (std::holds_alternative<cmd::Events::Off>(command.wanted)) {
        log_.clear();
    } else if (const auto* wish = std::get_if<EventWish>(&command.wanted)) {
        const auto* name = std::get_if<std::string>(&wish->whom);
        auto already = name != nullptr && context_.os != nullptr ? processes_called(*context_.os, *name)
                                                                 : std::vector<osi::ProcessId>();
        auto started = log_.start(*wish, std::move(already));
        if (!started) {
            return std::unexpected(started.error());
        }
        missing = *std::move(started);
    }
    const bool tell = std::holds_alternative<std::monostate>(command.wanted);
    return wish_report(log_.wish(), context_.events->waits_for_kernel()) + missing_report(missing) +
           (tell ? kinds_report() : "");
}

Expected<std::string> Console::run_wait(const cmd::Wait& command) {
    if (!context_.wait || !context_.awaited) {
        return not_here();
    }
    if (!command.order) {
        return awaited_report(context_.awaited(), context_.held ? context_.held() : std::nullopt);
    }
    if (!osi::can_be_program(command.order->program)) {
        return fail(Errc::bad_argument, "\"" + shortened(command.order->program, kLongestShown) + "\" is no program");
    }
    const auto done = context_.wait(*command.order);
    return done ? Expected<std::string>(order_report(*command.order)) : std::unexpected(done.error());
}

Expected<std::string> Console::run_unwait(const cmd::Unwait& command) {
    if (!context_.unwait || !context_.awaited) {
        return not_here();
    }
    const auto orders = context_.awaited();
    if (command.program && std::ranges::find(orders, *command.program, &osi::StartOrder::program) == orders.end()) {
        return std::unexpected(not_awaited(*command.program, orders));
    }
    context_.unwait(command.program);
    return awaited_report(context_.awaited(), context_.held ? context_.held() : std::nullopt);
}

}  // namespace hvgdb::monitor
