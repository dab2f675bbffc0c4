// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/console.hpp"

#include <variant>

#include "emulator/arch.hpp"
#include "emulator/overloaded.hpp"
#include "monitor/diagnostic.hpp"
#include "monitor/help.hpp"
#include "monitor/json_report.hpp"
#include "monitor/os_reports.hpp"
#include "monitor/parse.hpp"
#include "monitor/reports.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

using Answer = Expected<std::string>;

/// The command's report of the process that it names, else of the one that the vCPU runs.
template <typename Report>
Answer of_process(osi::Os& os, std::optional<osi::ProcessId> asked, const Selection& selected, Report report) {
    const auto pid = chosen_process(os, asked ? asked : selected.process, selected.vcpu);
    return pid ? report(*pid) : std::unexpected(pid.error());
}

Answer os_answer(osi::Os& os, const ConsoleContext& context, const Command& command, const Selection& selected) {
    return std::visit(
        Overloaded{
            [&](const cmd::OsInfo&) { return os_report(os, context.events); },
            [&](const cmd::ProcList& wanted) { return process_list(os, wanted); },
            [&](const cmd::ProcInfo& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return process_report(os, pid); });
            },
            [&](const cmd::ThreadInfo& wanted) {
                return of_process(os, wanted.process, selected, [&](osi::ProcessId pid) {
                    return thread_report(os, pid, selected.vcpu, selected.thread);
                });
            },
            [&](const cmd::MemInfo& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return mapping_report(os, pid); });
            },
            [&](const cmd::Files& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return file_report(os, pid); });
            },
            [&](const cmd::Modules&) { return module_report(os); },
            [&](const cmd::KernelSymbol& wanted) {
                return symbol_report(os, context.machine, selected.vcpu, wanted.symbol);
            },
            [](const auto&) -> Answer { return fail(Errc::bad_argument, "not about the operating system"); },
        },
        command);
}

}  // namespace

std::string Console::execute(std::string_view line, const Selection& selected) {
    if (line.size() > kLongestLine) {
        return "line too long: " + std::to_string(line.size()) + " bytes, at most " + std::to_string(kLongestLine) +
               "\n";
    }
    if (trim(line).empty()) {
        return help_overview();
    }
    const auto command = parse(line, context_.machine.description());
    if (!command) {
        return render(command.error());
    }

    auto answer = run(*command, selected);
    if (!answer) {
        return paragraph(std::string(spec(id_of(*command)).name) + ": " + answer.error().detail);
    }
    return *std::move(answer);
}

void Console::clear() {
    log_.clear();
    hooks_.clear();
    sources_.clear();
    sinks_.clear();
    writes_.clear();
}

bool Console::logs() const {
    return log_.wish().has_value() || !hooks_.empty() || sources_.size() != 0 || !sinks_.empty() || writes_.logs();
}

Expected<std::string> Console::run(const Command& command, const Selection& selected) {
    return std::visit(Overloaded{
                          [&](const cmd::Vcpus&) { return vcpus_report(context_.machine, selected.vcpu); },
                          [&](const cmd::Translate& translate) {
                              return translation_report(context_.machine, selected.vcpu, translate.address);
                          },
                          [&](const cmd::Sites&) -> Answer { return sites_report(context_.instrumentation); },
                          [&](const cmd::Scope& scope) { return run_scope(scope, selected.vcpu); },
                          [&](const cmd::Version&) -> Answer { return version_report(context_.machine); },
                          [&](const cmd::Help& help) -> Answer {
                              return help.about ? help_topic(spec(*help.about)) : help_overview();
                          },
                          [&](const cmd::Events& events) { return run_events(events); },
                          [&](const cmd::Wait& wait) { return run_wait(wait); },
                          [&](const cmd::Unwait& unwait) { return run_unwait(unwait); },
                          [&](const cmd::Hook& hook) { return run_hook(hook, selected); },
                          [&](const cmd::Unhook& unhook) { return run_unhook(unhook); },
                          [&](const cmd::CheckTaint& check) { return run_check_taint(check, selected); },
                          [&](const cmd::GetTaint& get) { return run_get_taint(get, selected); },
                          [&](const cmd::Taint& taint) { return run_taint(taint, selected); },
                          [&](const cmd::Untaint& untaint) { return run_untaint(untaint, selected); },
                          [&](const cmd::TaintFile& file) { return run_taint_file(file, selected); },
                          [&](const cmd::TaintFd& descriptor) { return run_taint_fd(descriptor, selected); },
                          [&](const cmd::TaintArgv& arguments) { return run_taint_argv(arguments, selected); },
                          [&](const cmd::TaintSources&) -> Answer { return sources_.report(); },
                          [&](const cmd::UntaintSource& source) { return run_untaint_source(source); },
                          [&](const cmd::TaintReport& report) { return run_taint_report(report, selected); },
                          [&](const cmd::TaintBreak& stop) { return run_taint_break(stop, selected); },
                          [&](const cmd::TaintSinks& sinks) { return run_taint_sinks(sinks); },
                          [&](const cmd::UntaintSink& sink) { return run_untaint_sink(sink); },
                          [&](const cmd::TaintPolicy& policy) { return run_taint_policy(policy, selected); },
                          [&](const cmd::TaintStats&) { return run_taint_stats(selected); },
                          [&](const auto&) { return run_os(command, selected); },
                      },
                      command);
}

Expected<std::string> Console::run_os(const Command& command, const Selection& selected) {
    static const Error absent{Errc::unsupported, "no operating system view here"};
    const auto* json = std::get_if<cmd::OsJson>(&command);
    if (json != nullptr && (json->topic == JsonTopic::taint || json->topic == JsonTopic::taint_stats)) {
        return run_taint_json(*json, selected);
    }
    if (json != nullptr) {
        return context_.os != nullptr ? json_report(*context_.os, *json) : json_error(absent);
    }
    auto answer =
        context_.os != nullptr ? os_answer(*context_.os, context_, command, selected) : std::unexpected(absent);
    // It says all about the guest, and the command does not matter.
    const bool no_os = !answer && answer.error().code == Errc::unsupported;
    return no_os ? paragraph(answer.error().detail) : std::move(answer);
}

Expected<std::string> Console::run_scope(const cmd::Scope& command, VcpuId selected) {
    if (!context_.set_scope || !context_.get_scope) {
        return fail(Errc::unsupported, "not available here");
    }
    if (!std::holds_alternative<std::monostate>(command.wanted)) {
        std::optional<AddressSpace> wanted;
        if (!std::holds_alternative<cmd::Scope::Any>(command.wanted)) {
            const auto* root = std::get_if<AddressSpace>(&command.wanted);
            const auto space =
                root != nullptr ? checked_root(*root) : emulator::read_address_space(context_.machine, selected);
            if (!space) {
                return std::unexpected(space.error());
            }
            wanted = *space;
        }
        if (const auto done = context_.set_scope(wanted); !done) {
            return std::unexpected(done.error());
        }
    }
    const auto now = context_.get_scope();
    if (!now) {
        return "breakpoints count in any address space\n";
    }
    return "breakpoints count in address space " + hex_text(now->root) + " only\n";
}

Expected<AddressSpace> Console::checked_root(AddressSpace space) const {
    const auto* arch = emulator::find_arch(context_.machine.description());
    if (arch == nullptr || arch->root_mask == 0) {
        return fail(Errc::unsupported, "address spaces are not followed on this architecture");
    }
    if ((space.root & ~arch->root_mask) != 0) {
        return fail(Errc::bad_argument, hex_text(space.root) +
                                            " has bits that no page-table root has, the nearest is " +
                                            hex_text(space.root & arch->root_mask));
    }
    return space;
}

}  // namespace hvgdb::monitor
