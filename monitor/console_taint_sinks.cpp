// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about places where tainted data decides.
#include "monitor/console.hpp"

namespace hvgdb::monitor {

TaintSinks::Parts Console::sink_parts() {
    return {.machine = context_.machine,
            .engine = context_.taint,
            .events = context_.events,
            .writes = [this](std::optional<osi::ProcessId> process) -> Expected<std::shared_ptr<void>> {
                if (auto started = writes_.start(process); !started) {
                    return std::unexpected(started.error());
                }
                const auto wish = ++write_wishes_;
                return std::shared_ptr<void>(&writes_, [this, wish](void*) {
                    if (wish == write_wishes_) {  // nobody has wished anew
                        writes_.clear();
                    }
                });
            },
            .scene = {.os = context_.os, .print = context_.print, .post = context_.post}};
}

Expected<std::string> Console::run_taint_report(const cmd::TaintReport& command, const Selection& selected) {
    const auto view = taint_view(selected);
    const auto added = view ? sinks_.report(command.wish, selected) : std::unexpected(view.error());
    return added ? Expected<std::string>(sinks_.list()) : std::unexpected(added.error());
}

Expected<std::string> Console::run_taint_break(const cmd::TaintBreak& command, const Selection& selected) {
    const auto view = taint_view(selected);
    const auto stop = [&](const auto& what) { return sinks_.stop(what, selected); };
    const auto added = view ? std::visit(stop, command.what) : std::unexpected(view.error());
    return added ? Expected<std::string>(sinks_.list()) : std::unexpected(added.error());
}

Expected<std::string> Console::run_taint_sinks(const cmd::TaintSinks& command) {
    return command.number ? sinks_.lines(*command.number) : Expected<std::string>(sinks_.list());
}

Expected<std::string> Console::run_untaint_sink(const cmd::UntaintSink& command) {
    if (!command.number) {
        sinks_.clear();
    } else if (const auto removed = sinks_.remove(*command.number); !removed) {
        return std::unexpected(removed.error());
    }
    return sinks_.list();
}

}  // namespace hvgdb::monitor
