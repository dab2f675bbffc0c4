// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor: a line in, its answer out.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/types.hpp"
#include "monitor/command.hpp"
#include "monitor/event_log.hpp"
#include "monitor/hook_log.hpp"
#include "monitor/selection.hpp"
#include "monitor/taint_place.hpp"
#include "monitor/taint_sinks.hpp"
#include "monitor/taint_sources.hpp"
#include "monitor/taint_write_log.hpp"
#include "osi/events.hpp"
#include "osi/hooks.hpp"
#include "osi/os.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::monitor {

/// A longer line is refused.
inline constexpr std::size_t kLongestLine = 4096;

/// All of it must outlive the console.
struct ConsoleContext {
    emulator::Machine& machine;
    emulator::Instrumentation& instrumentation;

    /// Where breakpoints of the whole machine count from now on: one address space, or any. Either may be empty; the
    /// `scope` command is refused then.
    std::function<Expected<void>(std::optional<AddressSpace>)> set_scope;
    std::function<std::optional<AddressSpace>()> get_scope;

    /// The guest's operating system; null where nobody looks at it. It is asked while the guest runs, too.
    osi::Os* os = nullptr;

    /// What `events` logs, and where its lines go to (on any vCPU's thread, each with its newline). The command is
    /// refused where either is missing.
    osi::Events* events = nullptr;
    EventLog::Print print = {};

    /// What `hook` sets; its lines go where those of `events` go. Refused where either is missing.
    osi::Hooks* hooks = nullptr;

    /// Has the next process that starts this program held there; `wait` and `unwait` are refused without it.
    std::function<Expected<void>(const osi::StartOrder&)> wait = {};
    /// Forgets this program; without one all of them, and what is held runs on.
    std::function<void(const std::optional<std::string>&)> unwait = {};
    std::function<std::vector<osi::StartOrder>()> awaited = {};
    /// Who is held now: process and command name.
    std::function<std::optional<std::pair<osi::ProcessId, std::string>>()> held = {};

    /// The commands about taint are refused without it.
    emulator::taint::Engine* taint = nullptr;
    /// Has something done on the server's thread; called on any. Without it, or `print`, there are no sinks.
    std::function<void(std::function<void()>)> post = {};
};

/// Server's thread only.
class Console {
  public:
    explicit Console(ConsoleContext context)
        : context_(std::move(context)),
          log_(context_.events, context_.print),
          hooks_(context_.hooks, context_.print),
          sources_(context_.events, context_.os, context_.taint),
          writes_(context_.events, context_.os, context_.taint, context_.print),
          sinks_(sink_parts()) {}

    /// Never fails: a wrong line and a refused command have answers too. The answer is printable ASCII in lines of at
    /// most 80 columns (of osjson: one line of at most kLongestJson), ends in a newline and is never empty, whatever
    /// bytes the line or the guest holds. An empty line asks for help.
    [[nodiscard]] std::string execute(std::string_view line, const Selection& selected);

    /// The client has left: nothing is logged any more, and no hook, no source and no sink of taint is left.
    void clear();
    /// Whether clear() has something to end.
    [[nodiscard]] bool logs() const;
    /// To be called whenever the machine has stopped: what vCPUs stopped it for is done.
    void on_pause() {
        sources_.label_arrived();
        writes_.tell_arrived();
    }

    /// To be called on the paused machine whenever it is about to run.
    void before_resume() { sinks_.refresh(); }

  private:
    [[nodiscard]] Expected<std::string> run(const Command& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_os(const Command& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_scope(const cmd::Scope& command, VcpuId selected);
    [[nodiscard]] Expected<std::string> run_events(const cmd::Events& command);
    [[nodiscard]] Expected<std::string> run_wait(const cmd::Wait& command);
    [[nodiscard]] Expected<std::string> run_unwait(const cmd::Unwait& command);
    [[nodiscard]] Expected<std::string> run_hook(const cmd::Hook& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_unhook(const cmd::Unhook& command);
    /// What the commands about taint need, all of a paused machine.
    [[nodiscard]] Expected<TaintView> taint_view(const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint(const cmd::Taint& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_untaint(const cmd::Untaint& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_check_taint(const cmd::CheckTaint& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_get_taint(const cmd::GetTaint& command, const Selection& selected);
    /// Its command is refused where taint is not followed.
    [[nodiscard]] Expected<void> check_taint_here() const;
    [[nodiscard]] Expected<std::string> add_source(TaintSource source);
    [[nodiscard]] Expected<std::optional<osi::ProcessId>> source_process(const SourceRequest& request,
                                                                         const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint_file(const cmd::TaintFile& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint_fd(const cmd::TaintFd& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint_argv(const cmd::TaintArgv& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_untaint_source(const cmd::UntaintSource& command);
    [[nodiscard]] TaintSinks::Parts sink_parts();
    [[nodiscard]] Expected<std::string> run_taint_report(const cmd::TaintReport& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint_break(const cmd::TaintBreak& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint_sinks(const cmd::TaintSinks& command);
    [[nodiscard]] Expected<std::string> run_untaint_sink(const cmd::UntaintSink& command);
    [[nodiscard]] Expected<std::string> run_taint_policy(const cmd::TaintPolicy& command, const Selection& selected);
    [[nodiscard]] Expected<std::string> run_taint_stats(const Selection& selected);
    [[nodiscard]] std::string run_taint_json(const cmd::OsJson& command, const Selection& selected);
    [[nodiscard]] Expected<AddressSpace> checked_root(AddressSpace space) const;

    ConsoleContext context_;
    EventLog log_;
    HookLog hooks_;
    TaintSources sources_;
    TaintWriteLog writes_;
    std::uint64_t write_wishes_ = 0;  ///< how often it was started
    TaintSinks sinks_;
};

}  // namespace hvgdb::monitor
